/* Keeps what belongs to an interpreter in the state of its module. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

struct state {
    PyObject *home;
};

static PyObject *
home_interpreter(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    struct state *state = PyModule_GetState(module);
    return Py_NewRef(state->home);
}

static int
set_up(PyObject *module)
{
    /* the repair: one for each interpreter */
    struct state *state = PyModule_GetState(module);
    state->home = PyLong_FromLongLong(PyInterpreterState_GetID(PyInterpreterState_Get()));
    return state->home == NULL ? -1 : 0;
}

static void
clear(void *module)
{
    struct state *state = PyModule_GetState(module);
    Py_CLEAR(state->home);
}

static PyMethodDef methods[] = {
    {"home_interpreter", home_interpreter, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, set_up},
#ifdef Py_mod_multiple_interpreters
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "repair", .m_size = sizeof(struct state),
    .m_methods = methods,  .m_slots = slots,   .m_free = clear,
};

PyMODINIT_FUNC
PyInit_repair(void)
{
    return PyModuleDef_Init(&definition);
}
