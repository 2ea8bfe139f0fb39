/* Makes a Python int while the thread is detached. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *
first_square_above(PyObject *Py_UNUSED(module), PyObject *argument)
{
    long limit = PyLong_AsLong(argument);
    if (limit == -1 && PyErr_Occurred()) {
        return NULL;
    }
    PyObject *result;
    Py_BEGIN_ALLOW_THREADS
    long root = 0;
    while (root * root <= limit) {
        root++;
    }
    /* the mistake: makes an object while detached */
    result = PyLong_FromLong(root * root);
    Py_END_ALLOW_THREADS
    return result;
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
    .m_name = "mistake",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_mistake(void)
{
    return PyModuleDef_Init(&definition);
}
