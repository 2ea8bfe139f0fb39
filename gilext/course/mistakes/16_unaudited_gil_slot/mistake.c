/* Says that it doesn't need the GIL, and leaves what threads share as it was. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static volatile long hits;

static PyObject *
count_hits(PyObject *Py_UNUSED(module), PyObject *argument)
{
    long times = PyLong_AsLong(argument);
    if (times == -1 && PyErr_Occurred()) {
        return NULL;
    }
    for (long done = 0; done < times; done++) {
        /* the mistake: only the GIL kept two threads from doing this at once */
        hits = hits + 1;
    }
    return PyLong_FromLong(hits);
}

static PyMethodDef methods[] = {
    {"count_hits", count_hits, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "mistake",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_mistake(void)
{
    return PyModuleDef_Init(&definition);
}
