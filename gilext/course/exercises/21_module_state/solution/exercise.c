/* 21: state of the module.

   next_number() returns 1, then 2, and so on. A program with two interpreters found that they
   share one sequence of numbers; and since 3.12, an interpreter with a GIL of its own refuses to
   import the module.

   Give each module object numbers of its own. Since 3.12, declare that it supports a GIL for each
   interpreter. */

#include <Python.h>

struct state {
    long last_number;
};

static PyObject *
next_number(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    struct state *state = PyModule_GetState(module);
    state->last_number++;
    return PyLong_FromLong(state->last_number);
}

static PyMethodDef methods[] = {
    {"next_number", next_number, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#ifdef Py_mod_multiple_interpreters /* since 3.12 */
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "exercise",
    .m_size = sizeof(struct state),
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_exercise(void)
{
    return PyModuleDef_Init(&definition);
}
