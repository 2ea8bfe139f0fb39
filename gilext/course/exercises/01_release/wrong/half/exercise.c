/* 01: release around the loop.

   count_primes() counts the primes below a limit. The counting knows nothing of Python, and yet
   no other Python thread runs until it is done.

   Release the GIL while it counts. */

#include <Python.h>

static unsigned long
count_primes_below(unsigned long limit)
{
    unsigned long count = 0;
    for (unsigned long number = 2; number < limit; number++) {
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
    unsigned long count;
    Py_BEGIN_ALLOW_THREADS
    count = count_primes_below(limit / 2);
    Py_END_ALLOW_THREADS
    count = count_primes_below(limit);
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
