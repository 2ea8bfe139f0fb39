/* 02: the early return.

   smallest_factor() returns the smallest prime factor of a number. It releases the GIL while it
   searches, and works as long as the number is prime. With any other number the process crashes.

   Repair it. The GIL stays released during the search. */

#include <Python.h>

static PyObject *
smallest_factor(PyObject *Py_UNUSED(module), PyObject *arg)
{
    unsigned long long number = PyLong_AsUnsignedLongLong(arg);
    if (number == (unsigned long long)-1 && PyErr_Occurred()) {
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    for (unsigned long long factor = 2; factor * factor <= number; factor++) {
        if (number % factor == 0) {
            return PyLong_FromUnsignedLongLong(factor);
        }
    }
    Py_END_ALLOW_THREADS
    return PyLong_FromUnsignedLongLong(number);
}

static PyMethodDef methods[] = {
    {"smallest_factor", smallest_factor, METH_O, NULL},
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
