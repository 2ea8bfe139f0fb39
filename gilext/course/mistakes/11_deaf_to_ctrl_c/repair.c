/* Asks after each round whether Ctrl-C was pressed. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static long rounds_done;

static void
compute(void)
{
    for (volatile long number = 0; number < 1000000; number++) {
    }
}

static PyObject *
search(PyObject *Py_UNUSED(module), PyObject *argument)
{
    long rounds = PyLong_AsLong(argument);
    if (rounds == -1 && PyErr_Occurred()) {
        return NULL;
    }
    for (rounds_done = 0; rounds_done < rounds; rounds_done++) {
        Py_BEGIN_ALLOW_THREADS
        compute();
        Py_END_ALLOW_THREADS
        /* the repair: runs the handlers, attached */
        if (PyErr_CheckSignals() < 0) {
            return NULL;
        }
    }
    Py_RETURN_NONE;
}

static PyObject *
progress(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(rounds_done);
}

static PyMethodDef methods[] = {
    {"search", search, METH_O, NULL},
    {"progress", progress, METH_NOARGS, NULL},
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
    .m_name = "repair",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_repair(void)
{
    return PyModuleDef_Init(&definition);
}
