#include "arguments.h"

#include <math.h>
#include <stdbool.h>

#include "compat.h"
#include "os/clock.h"

static int
index_of_name(const struct signature *signature, PyObject *name, Py_ssize_t *index)
{
    for (*index = 0; *index < signature->count; (*index)++) {
        if (PyUnicode_CompareWithASCIIString(name, signature->names[*index]) == 0) {
            return 0;
        }
    }
    PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'",
                 signature->function, name);
    return -1;
}

static int
bind_keywords(const struct signature *signature, PyObject *const *keyword_values, PyObject *kwnames,
              PyObject **values)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(kwnames); i++) {
        PyObject *name = PyTuple_GET_ITEM(kwnames, i);
        Py_ssize_t index;
        if (index_of_name(signature, name, &index) < 0) {
            return -1;
        }
        if (values[index] != NULL) {
            PyErr_Format(PyExc_TypeError, "%s() got multiple values for argument '%U'",
                         signature->function, name);
            return -1;
        }
        values[index] = keyword_values[i];
    }
    return 0;
}

int
bind_arguments_by_name(const struct signature *signature, PyObject *const *args, Py_ssize_t nargs,
                       PyObject *kwnames, PyObject **values)
{
    if (nargs > signature->count) {
        PyErr_Format(PyExc_TypeError, "%s() takes at most %zd argument%s (%zd given)",
                     signature->function, signature->count, signature->count == 1 ? "" : "s",
                     nargs);
        return -1;
    }
    for (Py_ssize_t i = 0; i < signature->count; i++) {
        values[i] = i < nargs ? args[i] : NULL;
    }
    if (kwnames != NULL && bind_keywords(signature, args + nargs, kwnames, values) < 0) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < signature->required; i++) {
        if (values[i] == NULL) {
            PyErr_Format(PyExc_TypeError, "%s() missing required argument '%s' (pos %zd)",
                         signature->function, signature->names[i], i + 1);
            return -1;
        }
    }
    return 0;
}

/* Raise `type` with a message about one argument. What was raised before, if anything, stays
   visible as its cause. */
static void
set_argument_error(PyObject *type, const struct signature *signature, Py_ssize_t index,
                   const char *problem)
{
    PyObject *cause = PyErr_GetRaisedException();
    PyErr_Format(type, "%s() argument '%s' %s", signature->function, signature->names[index],
                 problem);
    if (cause != NULL) {
        PyObject *error = PyErr_GetRaisedException();
        PyException_SetCause(error, cause); /* takes the reference */
        PyErr_SetRaisedException(error);
    }
}

static void
set_type_error(const struct signature *signature, Py_ssize_t index, const char *wanted,
               PyObject *value)
{
    PyErr_Format(PyExc_TypeError, "%s() argument '%s' must be %s, not %.200s", signature->function,
                 signature->names[index], wanted, Py_TYPE(value)->tp_name);
}

static void
set_range_error(PyObject *type, const struct signature *signature, Py_ssize_t index,
                const char *relation, uint64_t bound)
{
    PyErr_Format(type, "%s() argument '%s' must be %s %llu", signature->function,
                 signature->names[index], relation, (unsigned long long)bound);
}

int
to_any_uint64(const struct signature *signature, Py_ssize_t index, PyObject *value, uint64_t min,
              uint64_t max, uint64_t *result)
{
    if (!PyIndex_Check(value)) {
        set_type_error(signature, index, "an integer", value);
        return -1;
    }
    PyObject *integer = PyNumber_Index(value);
    if (integer == NULL) {
        return -1;
    }
    int overflow;
    long long small = PyLong_AsLongLongAndOverflow(integer, &overflow);
    bool is_below = overflow < 0 || (overflow == 0 && small < 0);
    bool is_above = false;
    *result = (uint64_t)small;
    if (overflow > 0) {
        *result = PyLong_AsUnsignedLongLong(integer);
        is_above = PyErr_Occurred() != NULL;
        PyErr_Clear();
    }
    Py_DECREF(integer);
    if (is_below || *result < min) {
        set_range_error(PyExc_ValueError, signature, index, "at least", min);
        return -1;
    }
    if (is_above || *result > max) {
        set_range_error(PyExc_OverflowError, signature, index, "at most", max);
        return -1;
    }
    return 0;
}

static bool
is_real_number(PyObject *value)
{
    const PyNumberMethods *methods = Py_TYPE(value)->tp_as_number;
    return methods != NULL && (methods->nb_float != NULL || methods->nb_index != NULL);
}

/* Also of an integer that is too large for a double. */
static bool
is_negative_integer(PyObject *value)
{
    int overflow = 0;
    long long small = PyLong_Check(value) ? PyLong_AsLongLongAndOverflow(value, &overflow) : 0;
    return small < 0 && overflow <= 0;
}

int
to_nanoseconds(const struct signature *signature, Py_ssize_t index, PyObject *value,
               uint64_t *result)
{
    if (!is_real_number(value)) {
        set_type_error(signature, index, "a real number", value);
        return -1;
    }
    if (is_negative_integer(value)) {
        set_argument_error(PyExc_ValueError, signature, index, "must be at least 0");
        return -1;
    }
    double seconds = PyFloat_AsDouble(value);
    if (seconds == -1.0 && PyErr_Occurred()) {
        if (PyErr_ExceptionMatches(PyExc_OverflowError)) {
            set_argument_error(PyExc_OverflowError, signature, index, "is too large");
        }
        return -1;
    }
    if (isnan(seconds)) {
        set_argument_error(PyExc_ValueError, signature, index, "must not be NaN");
        return -1;
    }
    if (seconds < 0) {
        set_argument_error(PyExc_ValueError, signature, index, "must be at least 0");
        return -1;
    }
    if (seconds > (double)(INT64_MAX / NS_PER_SECOND)) {
        set_argument_error(PyExc_OverflowError, signature, index, "is too large");
        return -1;
    }
    *result = (uint64_t)ceil(seconds * (double)NS_PER_SECOND);
    return 0;
}

int
to_buffer(const struct signature *signature, Py_ssize_t index, PyObject *value, Py_buffer *view)
{
    if (!PyObject_CheckBuffer(value)) {
        set_type_error(signature, index, "a bytes-like object", value);
        return -1;
    }
    if (PyObject_GetBuffer(value, view, PyBUF_SIMPLE) == 0) {
        return 0;
    }
    if (PyErr_ExceptionMatches(PyExc_BufferError)) {
        set_argument_error(PyExc_BufferError, signature, index,
                           "must export a C-contiguous buffer");
    }
    else if (PyErr_ExceptionMatches(PyExc_ValueError)) {
        set_argument_error(PyExc_ValueError, signature, index, "is released or closed");
    }
    return -1;
}
