/* Each loop in two variants, side by side: `_held` calls the loop as it is, `_released` detaches
   its thread state around that same call. This is the pair to copy from, and it needs nothing of
   this project but loops.h. examples/minimal/ has it as an extension of its own.

   py_loops.args.h is what CPython keeps in its clinic/ folders: the functions that read the
   Python arguments and call these here. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "loops/loops.h"

/* -- spin --------------------------------------------------------------------------------- */

static PyObject *
spin_held_impl(uint64_t iterations, uint64_t seed)
{
    uint64_t result = gilext_spin(iterations, seed);
    return PyLong_FromUnsignedLongLong(result);
}

static PyObject *
spin_released_impl(uint64_t iterations, uint64_t seed)
{
    uint64_t result;
    Py_BEGIN_ALLOW_THREADS
    result = gilext_spin(iterations, seed);
    Py_END_ALLOW_THREADS
    return PyLong_FromUnsignedLongLong(result);
}

/* -- count_primes -------------------------------------------------------------------------- */

/* An error of the loop comes out of the released block as a value, and is raised after it. */
static PyObject *
count_or_error(uint64_t count)
{
    return count == GILEXT_NO_MEMORY ? PyErr_NoMemory() : PyLong_FromUnsignedLongLong(count);
}

static PyObject *
count_primes_held_impl(uint64_t limit)
{
    uint64_t count = gilext_count_primes(limit);
    return count_or_error(count);
}

static PyObject *
count_primes_released_impl(uint64_t limit)
{
    uint64_t count;
    Py_BEGIN_ALLOW_THREADS
    count = gilext_count_primes(limit);
    Py_END_ALLOW_THREADS
    return count_or_error(count);
}

/* -- checksum ------------------------------------------------------------------------------ */

/* Until the caller gives the Py_buffer back, the owner of the bytes may neither free nor resize
   them, whatever other threads do while this one is detached. */
static PyObject *
checksum_held_impl(const Py_buffer *buffer)
{
    uint64_t result = gilext_checksum(buffer->buf, (size_t)buffer->len);
    return PyLong_FromUnsignedLongLong(result);
}

static PyObject *
checksum_released_impl(const Py_buffer *buffer)
{
    uint64_t result;
    Py_BEGIN_ALLOW_THREADS
    result = gilext_checksum(buffer->buf, (size_t)buffer->len);
    Py_END_ALLOW_THREADS
    return PyLong_FromUnsignedLongLong(result);
}

/* -- from Python ---------------------------------------------------------------------------- */

#include "loops/py_loops.args.h"

#define FUNCTION(name) {#name, METHOD(name), METH_FASTCALL | METH_KEYWORDS, name##_doc}

PyMethodDef loop_functions[] = {
    FUNCTION(spin_held),         FUNCTION(spin_released),
    FUNCTION(count_primes_held), FUNCTION(count_primes_released),
    FUNCTION(checksum_held),     FUNCTION(checksum_released),
    {NULL, NULL, 0, NULL},
};
