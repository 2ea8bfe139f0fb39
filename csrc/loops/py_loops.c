/* Each loop in two variants. The `_held` function calls the loop as it is; the `_released`
   one detaches its thread state around that same call. This is the pair to copy from. */

#include "arguments.h"
#include "loops/loops.h"
#include "native.h"

/* -- spin --------------------------------------------------------------------------------- */

struct spin_arguments {
    uint64_t iterations;
    uint64_t seed;
};

static int
parse_spin(const struct signature *signature, PyObject *const *args, Py_ssize_t nargs,
           PyObject *kwnames, struct spin_arguments *result)
{
    PyObject *values[MAX_ARGUMENTS];
    result->seed = 0;
    if (bind_arguments(signature, args, nargs, kwnames, values) < 0 ||
        to_uint64(signature, 0, values[0], 0, UINT64_MAX, &result->iterations) < 0) {
        return -1;
    }
    if (values[1] == NULL) {
        return 0;
    }
    return to_uint64(signature, 1, values[1], 0, UINT64_MAX, &result->seed);
}

static PyObject *
spin_held(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
          PyObject *kwnames)
{
    static const struct signature signature = {"spin_held", 1, 2, {"iterations", "seed"}};
    struct spin_arguments spin;
    if (parse_spin(&signature, args, nargs, kwnames, &spin) < 0) {
        return NULL;
    }
    return PyLong_FromUnsignedLongLong(gilext_spin(spin.iterations, spin.seed));
}

static PyObject *
spin_released(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
              PyObject *kwnames)
{
    static const struct signature signature = {"spin_released", 1, 2, {"iterations", "seed"}};
    struct spin_arguments spin;
    if (parse_spin(&signature, args, nargs, kwnames, &spin) < 0) {
        return NULL;
    }
    uint64_t result;
    Py_BEGIN_ALLOW_THREADS
    result = gilext_spin(spin.iterations, spin.seed);
    Py_END_ALLOW_THREADS
    return PyLong_FromUnsignedLongLong(result);
}

/* -- count_primes -------------------------------------------------------------------------- */

static int
parse_count_primes(const struct signature *signature, PyObject *const *args, Py_ssize_t nargs,
                   PyObject *kwnames, uint64_t *limit)
{
    PyObject *values[MAX_ARGUMENTS];
    if (bind_arguments(signature, args, nargs, kwnames, values) < 0) {
        return -1;
    }
    return to_uint64(signature, 0, values[0], 0, GILEXT_PRIMES_LIMIT, limit);
}

static PyObject *
count_primes_held(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
                  PyObject *kwnames)
{
    static const struct signature signature = {"count_primes_held", 1, 1, {"limit"}};
    uint64_t limit;
    if (parse_count_primes(&signature, args, nargs, kwnames, &limit) < 0) {
        return NULL;
    }
    return PyLong_FromUnsignedLongLong(gilext_count_primes(limit));
}

static PyObject *
count_primes_released(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
                      PyObject *kwnames)
{
    static const struct signature signature = {"count_primes_released", 1, 1, {"limit"}};
    uint64_t limit;
    if (parse_count_primes(&signature, args, nargs, kwnames, &limit) < 0) {
        return NULL;
    }
    uint64_t result;
    Py_BEGIN_ALLOW_THREADS
    result = gilext_count_primes(limit);
    Py_END_ALLOW_THREADS
    return PyLong_FromUnsignedLongLong(result);
}

/* -- checksum ------------------------------------------------------------------------------ */

/* The view is a Py_buffer until it is released: as long as that, its owner may neither free
   nor resize the bytes, whatever other threads do while this one is detached. */
static int
parse_checksum(const struct signature *signature, PyObject *const *args, Py_ssize_t nargs,
               PyObject *kwnames, Py_buffer *owned_view)
{
    PyObject *values[MAX_ARGUMENTS];
    if (bind_arguments(signature, args, nargs, kwnames, values) < 0) {
        return -1;
    }
    return to_buffer(signature, 0, values[0], owned_view);
}

static PyObject *
checksum_held(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
              PyObject *kwnames)
{
    static const struct signature signature = {"checksum_held", 1, 1, {"buffer"}};
    Py_buffer owned_view;
    if (parse_checksum(&signature, args, nargs, kwnames, &owned_view) < 0) {
        return NULL;
    }
    uint64_t result = gilext_checksum(owned_view.buf, (size_t)owned_view.len);
    PyBuffer_Release(&owned_view);
    return PyLong_FromUnsignedLongLong(result);
}

static PyObject *
checksum_released(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
                  PyObject *kwnames)
{
    static const struct signature signature = {"checksum_released", 1, 1, {"buffer"}};
    Py_buffer owned_view;
    if (parse_checksum(&signature, args, nargs, kwnames, &owned_view) < 0) {
        return NULL;
    }
    uint64_t result;
    Py_BEGIN_ALLOW_THREADS
    result = gilext_checksum(owned_view.buf, (size_t)owned_view.len);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&owned_view);
    return PyLong_FromUnsignedLongLong(result);
}

/* -- sum_range ------------------------------------------------------------------------------ */

struct sum_arguments {
    uint64_t start;
    uint64_t stop;
};

static int
parse_sum(const struct signature *signature, PyObject *const *args, Py_ssize_t nargs,
          PyObject *kwnames, struct sum_arguments *result)
{
    PyObject *values[MAX_ARGUMENTS];
    if (bind_arguments(signature, args, nargs, kwnames, values) < 0 ||
        to_uint64(signature, 0, values[0], 0, GILEXT_SUM_LIMIT, &result->start) < 0) {
        return -1;
    }
    return to_uint64(signature, 1, values[1], 0, GILEXT_SUM_LIMIT, &result->stop);
}

static PyObject *
sum_range_held(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
               PyObject *kwnames)
{
    static const struct signature signature = {"sum_range_held", 2, 2, {"start", "stop"}};
    struct sum_arguments range;
    if (parse_sum(&signature, args, nargs, kwnames, &range) < 0) {
        return NULL;
    }
    return PyLong_FromUnsignedLongLong(gilext_sum_range(range.start, range.stop));
}

static PyObject *
sum_range_released(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
                   PyObject *kwnames)
{
    static const struct signature signature = {"sum_range_released", 2, 2, {"start", "stop"}};
    struct sum_arguments range;
    if (parse_sum(&signature, args, nargs, kwnames, &range) < 0) {
        return NULL;
    }
    uint64_t result;
    Py_BEGIN_ALLOW_THREADS
    result = gilext_sum_range(range.start, range.stop);
    Py_END_ALLOW_THREADS
    return PyLong_FromUnsignedLongLong(result);
}

/* -- the module's part ---------------------------------------------------------------------- */

#define SPIN_DOC(how) \
    "Advance a 64-bit integer chain and return where it stands.\n\n" \
    "Pure CPU work without memory traffic: about a nanosecond or two an iteration.\n" how "\n\n" \
    "Parameters\n----------\n" \
    "iterations : int\n    Steps to make, 0 to 2**64 - 1.\n" \
    "seed : int, optional\n    Where to start, 0 to 2**64 - 1.\n\n" \
    "Returns\n-------\nint\n    The state after the last step, 0 to 2**64 - 1.\n\n" \
    "Raises\n------\n" \
    "TypeError, ValueError, OverflowError\n" \
    "    When an argument is no integer, is negative, or is too large."

#define COUNT_PRIMES_DOC(how) \
    "Count the primes that are no larger than a limit, by a segmented sieve.\n\n" \
    "The sieve takes 96 KiB of the stack, whatever the limit.\n" how "\n\n" \
    "Parameters\n----------\n" \
    "limit : int\n    The largest number to look at, 0 to 10**12.\n\n" \
    "Returns\n-------\nint\n    The count: 664579 for 10**7.\n\n" \
    "Raises\n------\n" \
    "TypeError, ValueError, OverflowError\n" \
    "    When `limit` is no integer, is negative, or is too large."

#define CHECKSUM_DOC(how) \
    "Compute the FNV-1a hash, 64 bits, of a buffer.\n\n" \
    "Parameters as in draft-eastlake-fnv. The buffer stays exported throughout.\n" how "\n\n" \
    "Parameters\n----------\n" \
    "buffer : bytes-like object\n    Any C-contiguous buffer; its bytes are read as they lie.\n\n" \
    "Returns\n-------\nint\n    The hash, 0 to 2**64 - 1.\n\n" \
    "Raises\n------\n" \
    "TypeError\n    When `buffer` has no buffer interface.\n" \
    "BufferError\n    When it isn't C-contiguous.\n" \
    "ValueError\n    When it is a released memoryview."

#define SUM_RANGE_DOC(how) \
    "Add up the numbers from `start` to below `stop`, one by one.\n" how "\n\n" \
    "Parameters\n----------\n" \
    "start, stop : int\n    0 to 2**32.\n\n" \
    "Returns\n-------\nint\n    The sum.\n\n" \
    "Raises\n------\n" \
    "TypeError, ValueError, OverflowError\n" \
    "    When an argument is no integer, is negative, or is too large."

#define HOLDS "Holds the GIL throughout: no other thread of the interpreter runs meanwhile."
#define RELEASES "Releases the GIL for the loop: other threads run meanwhile."

PyDoc_STRVAR(spin_held_doc,
             "spin_held($module, /, iterations, seed=0)\n--\n\n" SPIN_DOC(HOLDS));
PyDoc_STRVAR(spin_released_doc,
             "spin_released($module, /, iterations, seed=0)\n--\n\n" SPIN_DOC(RELEASES));
PyDoc_STRVAR(count_primes_held_doc,
             "count_primes_held($module, /, limit)\n--\n\n" COUNT_PRIMES_DOC(HOLDS));
PyDoc_STRVAR(count_primes_released_doc,
             "count_primes_released($module, /, limit)\n--\n\n" COUNT_PRIMES_DOC(RELEASES));
PyDoc_STRVAR(checksum_held_doc,
             "checksum_held($module, /, buffer)\n--\n\n" CHECKSUM_DOC(HOLDS));
PyDoc_STRVAR(checksum_released_doc,
             "checksum_released($module, /, buffer)\n--\n\n" CHECKSUM_DOC(RELEASES));
PyDoc_STRVAR(sum_range_held_doc,
             "sum_range_held($module, /, start, stop)\n--\n\n" SUM_RANGE_DOC(HOLDS));
PyDoc_STRVAR(sum_range_released_doc,
             "sum_range_released($module, /, start, stop)\n--\n\n" SUM_RANGE_DOC(RELEASES));

static PyMethodDef loop_functions[] = {
    {"spin_held", METHOD(spin_held), METH_FASTCALL | METH_KEYWORDS, spin_held_doc},
    {"spin_released", METHOD(spin_released), METH_FASTCALL | METH_KEYWORDS, spin_released_doc},
    {"count_primes_held", METHOD(count_primes_held), METH_FASTCALL | METH_KEYWORDS,
     count_primes_held_doc},
    {"count_primes_released", METHOD(count_primes_released), METH_FASTCALL | METH_KEYWORDS,
     count_primes_released_doc},
    {"checksum_held", METHOD(checksum_held), METH_FASTCALL | METH_KEYWORDS, checksum_held_doc},
    {"checksum_released", METHOD(checksum_released), METH_FASTCALL | METH_KEYWORDS,
     checksum_released_doc},
    {"sum_range_held", METHOD(sum_range_held), METH_FASTCALL | METH_KEYWORDS, sum_range_held_doc},
    {"sum_range_released", METHOD(sum_range_released), METH_FASTCALL | METH_KEYWORDS,
     sum_range_released_doc},
    {NULL, NULL, 0, NULL},
};

int
add_loops(PyObject *module)
{
    return PyModule_AddFunctions(module, loop_functions);
}
