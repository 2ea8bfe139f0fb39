/* Computes for a long time with the GIL released. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static long
count_primes(long limit)
{
    long count = 0;
    for (long number = 2; number < limit; number++) {
        long divisor = 2;
        while (divisor * divisor <= number && number % divisor != 0) {
            divisor++;
        }
        count += divisor * divisor > number;
    }
    return count;
}

static PyObject *
primes_below(PyObject *Py_UNUSED(module), PyObject *argument)
{
    long limit = PyLong_AsLong(argument);
    if (limit == -1 && PyErr_Occurred()) {
        return NULL;
    }
    long count;
    Py_BEGIN_ALLOW_THREADS
    /* the repair: it touches no Python object, so others may run */
    count = count_primes(limit);
    Py_END_ALLOW_THREADS
    return PyLong_FromLong(count);
}

static PyMethodDef methods[] = {
    {"primes_below", primes_below, METH_O, NULL},
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
