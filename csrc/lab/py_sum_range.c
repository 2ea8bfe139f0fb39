/* gilext._native.sum_range_held and sum_range_released: one sum, to be split among threads. */

#include "arguments.h"
#include "lab/sum_range.h"
#include "native.h"

static int
parse_range(const struct signature *signature, PyObject *const *args, Py_ssize_t nargs,
            PyObject *kwnames, uint64_t *start, uint64_t *stop)
{
    PyObject *values[MAX_ARGUMENTS];
    if (bind_arguments(signature, args, nargs, kwnames, values) < 0 ||
        to_uint64(signature, 0, values[0], 0, SUM_RANGE_LIMIT, start) < 0) {
        return -1;
    }
    return to_uint64(signature, 1, values[1], 0, SUM_RANGE_LIMIT, stop);
}

static PyObject *
sum_range_held(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
               PyObject *kwnames)
{
    static const struct signature signature = {"sum_range_held", 2, 2, {"start", "stop"}};
    uint64_t start, stop;
    if (parse_range(&signature, args, nargs, kwnames, &start, &stop) < 0) {
        return NULL;
    }
    return PyLong_FromUnsignedLongLong(sum_range(start, stop));
}

static PyObject *
sum_range_released(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
                   PyObject *kwnames)
{
    static const struct signature signature = {"sum_range_released", 2, 2, {"start", "stop"}};
    uint64_t start, stop;
    if (parse_range(&signature, args, nargs, kwnames, &start, &stop) < 0) {
        return NULL;
    }
    uint64_t sum;
    Py_BEGIN_ALLOW_THREADS
    sum = sum_range(start, stop);
    Py_END_ALLOW_THREADS
    return PyLong_FromUnsignedLongLong(sum);
}

#define SUM_RANGE_DOC(how) \
    "Add up the numbers from `start` to below `stop`, one by one.\n" how "\n\n" \
    "Parameters\n----------\n" \
    "start, stop : int\n    0 to 2**32.\n\n" \
    "Returns\n-------\nint\n    The sum.\n\n" \
    "Raises\n------\n" \
    "TypeError, ValueError, OverflowError\n" \
    "    When an argument isn't an integer, is negative, or is too large."

PyDoc_STRVAR(sum_range_held_doc, "sum_range_held($module, /, start, stop)\n--\n\n" SUM_RANGE_DOC(
                                     "Holds the GIL throughout."));
PyDoc_STRVAR(sum_range_released_doc,
             "sum_range_released($module, /, start, stop)\n--\n\n" SUM_RANGE_DOC(
                 "Releases the GIL for the loop."));

PyMethodDef sum_range_functions[] = {
    {"sum_range_held", METHOD(sum_range_held), METH_FASTCALL | METH_KEYWORDS, sum_range_held_doc},
    {"sum_range_released", METHOD(sum_range_released), METH_FASTCALL | METH_KEYWORDS,
     sum_range_released_doc},
    {NULL, NULL, 0, NULL},
};
