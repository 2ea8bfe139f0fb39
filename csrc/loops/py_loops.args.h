/* What reads the Python arguments of the functions in py_loops.c, which includes it and nothing
   else does. By keyword too, with messages that name function and argument, in 8 ns a call:
   PyArg_ParseTupleAndKeywords() takes 100. */

#include "arguments.h"
#include "loops/py_loops.docs.h"

/* -- spin --------------------------------------------------------------------------------- */

static PyObject *
call_spin(const struct signature *signature, PyObject *(*variant)(uint64_t, uint64_t),
          PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *values[MAX_ARGUMENTS];
    uint64_t iterations;
    uint64_t seed = 0;
    if (bind_arguments(signature, args, nargs, kwnames, values) < 0 ||
        to_uint64(signature, 0, values[0], 0, UINT64_MAX, &iterations) < 0 ||
        (values[1] != NULL && to_uint64(signature, 1, values[1], 0, UINT64_MAX, &seed) < 0)) {
        return NULL;
    }
    return variant(iterations, seed);
}

static PyObject *
spin_held(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const struct signature signature = {"spin_held", 1, 2, {"iterations", "seed"}};
    return call_spin(&signature, spin_held_impl, args, nargs, kwnames);
}

static PyObject *
spin_released(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
              PyObject *kwnames)
{
    static const struct signature signature = {"spin_released", 1, 2, {"iterations", "seed"}};
    return call_spin(&signature, spin_released_impl, args, nargs, kwnames);
}

/* -- count_primes -------------------------------------------------------------------------- */

static PyObject *
call_count_primes(const struct signature *signature, PyObject *(*variant)(uint64_t),
                  PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *values[MAX_ARGUMENTS];
    uint64_t limit;
    if (bind_arguments(signature, args, nargs, kwnames, values) < 0 ||
        to_uint64(signature, 0, values[0], 0, GILEXT_PRIMES_LIMIT, &limit) < 0) {
        return NULL;
    }
    return variant(limit);
}

static PyObject *
count_primes_held(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
                  PyObject *kwnames)
{
    static const struct signature signature = {"count_primes_held", 1, 1, {"limit"}};
    return call_count_primes(&signature, count_primes_held_impl, args, nargs, kwnames);
}

static PyObject *
count_primes_released(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
                      PyObject *kwnames)
{
    static const struct signature signature = {"count_primes_released", 1, 1, {"limit"}};
    return call_count_primes(&signature, count_primes_released_impl, args, nargs, kwnames);
}

/* -- checksum ------------------------------------------------------------------------------ */

static PyObject *
call_checksum(const struct signature *signature, PyObject *(*variant)(const Py_buffer *),
              PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *values[MAX_ARGUMENTS];
    Py_buffer buffer;
    if (bind_arguments(signature, args, nargs, kwnames, values) < 0 ||
        to_buffer(signature, 0, values[0], &buffer) < 0) {
        return NULL;
    }
    PyObject *result = variant(&buffer);
    PyBuffer_Release(&buffer);
    return result;
}

static PyObject *
checksum_held(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
              PyObject *kwnames)
{
    static const struct signature signature = {"checksum_held", 1, 1, {"buffer"}};
    return call_checksum(&signature, checksum_held_impl, args, nargs, kwnames);
}

static PyObject *
checksum_released(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
                  PyObject *kwnames)
{
    static const struct signature signature = {"checksum_released", 1, 1, {"buffer"}};
    return call_checksum(&signature, checksum_released_impl, args, nargs, kwnames);
}
