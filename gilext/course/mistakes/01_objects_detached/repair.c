/* Carries a C number out of the block, and makes the Python int after it. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *
first_square_above(PyObject *Py_UNUSED(module), PyObject *argument)
{
    long limit = PyLong_AsLong(argument);
    if (limit == -1 && PyErr_Occurred()) {
        return NULL;
    }
    long root = 0;
    Py_BEGIN_ALLOW_THREADS
    while (root * root <= limit) {
        root++;
    }
    Py_END_ALLOW_THREADS
    /* the repair: makes it once attached again */
    return PyLong_FromLong(root * root);
}

static PyMethodDef methods[] = {
    {"first_square_above", first_square_above, METH_O, NULL},
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
