/* What Cython makes of:
 *
 *     cdef unsigned long long total(unsigned long long limit) nogil: ...
 *
 *     def sum_below(unsigned long long limit):
 *         return total(limit)
 */
#include <Python.h>

/* Read each time, so that no compiler replaces the loop by a formula. */
static volatile unsigned long long step = 1;

static unsigned long long
total(unsigned long long limit)
{
    unsigned long long sum = 0;
    for (unsigned long long number = 0; number < limit; number += step) {
        sum += number;
    }
    return sum;
}

static PyObject *
sum_below(PyObject *Py_UNUSED(module), PyObject *argument)
{
    unsigned long long limit = PyLong_AsUnsignedLongLong(argument);
    if (limit == (unsigned long long)-1 && PyErr_Occurred()) {
        return NULL;
    }
    /* the mistake: the GIL is held all the time */
    unsigned long long sum = total(limit);
    return PyLong_FromUnsignedLongLong(sum);
}

static PyMethodDef methods[] = {
    {"sum_below", sum_below, METH_O, NULL},
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
