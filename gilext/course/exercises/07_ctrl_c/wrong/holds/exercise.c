/* 07: Ctrl-C.

   count_primes(limit) counts the primes from 2 up to the limit, in slices, with the GIL released.
   Other threads run, but Ctrl-C has no effect until all is counted: try it with 20000000.

   Let Ctrl-C end the loop after the slice that it is in. */

#include <Python.h>

enum { NUMBERS_PER_SLICE = 1000 };

static unsigned long
count_primes_between(unsigned long first, unsigned long end)
{
    unsigned long count = 0;
    for (unsigned long number = first; number < end; number++) {
        unsigned long divisor = 2;
        while (divisor * divisor <= number && number % divisor != 0) {
            divisor++;
        }
        count += divisor * divisor > number;
    }
    return count;
}

static PyObject *
count_primes(PyObject *Py_UNUSED(module), PyObject *arg)
{
    unsigned long limit = PyLong_AsUnsignedLong(arg);
    if (limit == (unsigned long)-1 && PyErr_Occurred()) {
        return NULL;
    }
    unsigned long count = 0;
    for (unsigned long first = 2; first < limit; first += NUMBERS_PER_SLICE) {
        unsigned long rest = limit - first;
        unsigned long size = rest < NUMBERS_PER_SLICE ? rest : NUMBERS_PER_SLICE;
        count += count_primes_between(first, first + size);
        if (PyErr_CheckSignals() < 0) {
            return NULL;
        }
    }
    return PyLong_FromUnsignedLong(count);
}

static PyMethodDef methods[] = {
    {"count_primes", count_primes, METH_O, NULL},
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
