/* Holds and releases of a chosen length, and a loop that answers Ctrl-C. */

#include "arguments.h"
#include "cpython/signals.h"
#include "loops/timed_loops.h"
#include "native.h"

static int
parse_seconds(const struct signature *signature, PyObject *const *args, Py_ssize_t nargs,
              PyObject *kwnames, uint64_t *nanoseconds)
{
    PyObject *values[MAX_ARGUMENTS];
    if (bind_arguments(signature, args, nargs, kwnames, values) < 0) {
        return -1;
    }
    return to_nanoseconds(signature, 0, values[0], nanoseconds);
}

/* -- hold_for, release_for ----------------------------------------------------------------- */

static PyObject *
hold_for(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const struct signature signature = {"hold_for", 1, 1, {"seconds"}};
    uint64_t nanoseconds;
    if (parse_seconds(&signature, args, nargs, kwnames, &nanoseconds) < 0) {
        return NULL;
    }
    return PyFloat_FromDouble((double)timed_burn(nanoseconds) * 1e-9);
}

static PyObject *
release_for(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const struct signature signature = {"release_for", 1, 1, {"seconds"}};
    uint64_t nanoseconds;
    if (parse_seconds(&signature, args, nargs, kwnames, &nanoseconds) < 0) {
        return NULL;
    }
    uint64_t burnt;
    Py_BEGIN_ALLOW_THREADS
    burnt = timed_burn(nanoseconds);
    Py_END_ALLOW_THREADS
    return PyFloat_FromDouble((double)burnt * 1e-9);
}

/* -- spin_interruptible -------------------------------------------------------------------- */

static PyObject *
spin_interruptible(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
                   PyObject *kwnames)
{
    const uint64_t span_ns = signals_span_ns(MAX_SIGNAL_DELAY_NS);
    static const struct signature signature = {"spin_interruptible", 1, 2, {"iterations", "seed"}};
    PyObject *values[MAX_ARGUMENTS];
    uint64_t left;
    uint64_t chain = 0;
    if (bind_arguments(&signature, args, nargs, kwnames, values) < 0 ||
        to_uint64(&signature, 0, values[0], 0, UINT64_MAX, &left) < 0 ||
        (values[1] != NULL && to_uint64(&signature, 1, values[1], 0, UINT64_MAX, &chain) < 0)) {
        return NULL;
    }
    while (left > 0) {
        Py_BEGIN_ALLOW_THREADS
        left -= timed_spin(&chain, left, span_ns);
        Py_END_ALLOW_THREADS
        if (PyErr_CheckSignals() < 0) {
            return NULL;
        }
    }
    return PyLong_FromUnsignedLongLong(chain);
}

#define BURN_DOC \
    "Timed by the monotonic clock, because a hold costs other threads wall time, even while\n" \
    "the holder has no core. It is one unbroken span: Ctrl-C waits for its end.\n\n" \
    "Parameters\n----------\n" \
    "seconds : float\n    How long, 0 to 292 years.\n\n" \
    "Returns\n-------\nfloat\n    The seconds that it really took, at least `seconds`.\n\n" \
    "Raises\n------\n" \
    "TypeError, ValueError, OverflowError\n" \
    "    When `seconds` isn't a number, is negative or NaN, or is infinite or too large."

PyDoc_STRVAR(hold_for_doc, "hold_for($module, /, seconds)\n--\n\n"
                           "Keep one core busy for the given time, holding the GIL.\n\n" BURN_DOC);
PyDoc_STRVAR(release_for_doc,
             "release_for($module, /, seconds)\n--\n\n"
             "Keep one core busy for the given time, with the GIL released.\n\n" BURN_DOC);
PyDoc_STRVAR(spin_interruptible_doc,
             "spin_interruptible($module, /, iterations, seed=0)\n--\n\n"
             "Do what spin_released() does, and answer Ctrl-C.\n\n"
             "In the main thread, attaches again every 20 ms to run the signal handlers that are\n"
             "due. An exception that a handler raises ends the loop.\n\n"
             "Parameters\n----------\n"
             "iterations : int\n    Steps to make, 0 to 2**64 - 1.\n"
             "seed : int, optional\n    Where to start, 0 to 2**64 - 1.\n\n"
             "Returns\n-------\nint\n    The state after the last step, 0 to 2**64 - 1.\n\n"
             "Raises\n------\n"
             "TypeError, ValueError, OverflowError\n"
             "    When an argument isn't an integer, is negative, or is too large.\n"
             "KeyboardInterrupt\n    At Ctrl-C, in the main thread.");

PyMethodDef timed_loop_functions[] = {
    {"hold_for", METHOD(hold_for), METH_FASTCALL | METH_KEYWORDS, hold_for_doc},
    {"release_for", METHOD(release_for), METH_FASTCALL | METH_KEYWORDS, release_for_doc},
    {"spin_interruptible", METHOD(spin_interruptible), METH_FASTCALL | METH_KEYWORDS,
     spin_interruptible_doc},
    {NULL, NULL, 0, NULL},
};
