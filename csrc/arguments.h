/* Arguments of METH_FASTCALL functions: taken in order or by name, checked, converted.
   Every error names the function and the argument. The two inline functions are the ways that
   a sound call takes, so that calling a loop costs no more than calling a built-in does. */

#ifndef GILEXT_ARGUMENTS_H
#define GILEXT_ARGUMENTS_H

#include "native.h"

enum { MAX_ARGUMENTS = 9 };

/* A function's name and its parameters' names, in order, the required ones first. */
struct signature {
    const char *function;
    Py_ssize_t required;
    Py_ssize_t count;
    const char *names[MAX_ARGUMENTS];
};

int bind_arguments_by_name(const struct signature *signature, PyObject *const *args,
                           Py_ssize_t nargs, PyObject *kwnames, PyObject **values);

int to_any_uint64(const struct signature *signature, Py_ssize_t index, PyObject *value,
                  uint64_t min, uint64_t max, uint64_t *result);

/* Fill `values` with the arguments in the order of the signature, NULL if an
   optional one is absent. 0, or -1 with TypeError set. */
static inline int
bind_arguments(const struct signature *signature, PyObject *const *args, Py_ssize_t nargs,
               PyObject *kwnames, PyObject **values)
{
    if (kwnames != NULL || nargs < signature->required || nargs > signature->count) {
        return bind_arguments_by_name(signature, args, nargs, kwnames, values);
    }
    for (Py_ssize_t i = 0; i < signature->count; i++) {
        values[i] = i < nargs ? args[i] : NULL;
    }
    return 0;
}

/* Convert the argument at `index`. 0, or -1 with an exception set:
   TypeError for a wrong type, ValueError below the range, OverflowError above it. */
static inline int
to_uint64(const struct signature *signature, Py_ssize_t index, PyObject *value, uint64_t min,
          uint64_t max, uint64_t *result)
{
    if (PyLong_CheckExact(value)) {
        int overflow;
        long long small = PyLong_AsLongLongAndOverflow(value, &overflow);
        *result = (uint64_t)small;
        if (overflow == 0 && small >= 0 && *result >= min && *result <= max) {
            return 0;
        }
    }
    return to_any_uint64(signature, index, value, min, max, result);
}

/* Seconds, as a number, to nanoseconds. ValueError for NaN too, OverflowError beyond 292 years. */
int to_nanoseconds(const struct signature *signature, Py_ssize_t index, PyObject *value,
                   uint64_t *result);

/* A C-contiguous buffer; the caller releases it. TypeError if `value` has no buffer,
   BufferError if it isn't contiguous, ValueError if it is released or closed. */
int to_buffer(const struct signature *signature, Py_ssize_t index, PyObject *value,
              Py_buffer *view);

#endif
