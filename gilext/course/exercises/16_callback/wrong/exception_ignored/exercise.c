/* 16: a callback from released code.

   count_primes(limit, progress) counts the primes from 2 up to the limit, and calls
   progress(number) after each slice with the number that it has reached.

   It crashes at once. Make it work. If progress() raises an exception, the count ends with it.
   Other threads have to go on running while it counts. */

#include <Python.h>

enum { NUMBERS_PER_SLICE = 2000 };

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
count_primes(PyObject *Py_UNUSED(module), PyObject *args)
{
    unsigned long limit;
    PyObject *progress;
    if (!PyArg_ParseTuple(args, "kO:count_primes", &limit, &progress)) {
        return NULL;
    }
    unsigned long count = 0;
    unsigned long reached = 2;
    while (reached < limit) {
        unsigned long rest = limit - reached;
        unsigned long end = reached + (rest < NUMBERS_PER_SLICE ? rest : NUMBERS_PER_SLICE);
        Py_BEGIN_ALLOW_THREADS
        count += count_primes_between(reached, end);
        Py_END_ALLOW_THREADS
        reached = end;
        Py_XDECREF(PyObject_CallFunction(progress, "k", reached));
    }
    return PyLong_FromUnsignedLong(count);
}

static PyMethodDef methods[] = {
    {"count_primes", count_primes, METH_VARARGS, NULL},
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
