/* 10: NULL without an exception.

   halve(number) returns half of a number, rounded down. A user reports a
   SystemError that says no more than "returned NULL without setting an exception".

   It comes from halve(-1). Make halve() work for every number that fits into a C long, and raise
   Python's own TypeError or OverflowError for anything else. */

#include <Python.h>

static PyObject *
halve(PyObject *Py_UNUSED(module), PyObject *arg)
{
    long number = PyLong_AsLong(arg);
    if (number == -1 && PyErr_Occurred()) {
        return NULL;
    }
    long half = number / 2 - (number % 2 < 0);
    return PyLong_FromLong(half);
}

static PyMethodDef methods[] = {
    {"halve", halve, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "exercise",
    .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_exercise(void)
{
    return PyModuleDef_Init(&definition);
}
