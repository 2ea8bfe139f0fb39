/* Reference counts as CPython keeps them privately. */

#ifndef GILEXT_REFCOUNT_STATE_H
#define GILEXT_REFCOUNT_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include <Python.h>

/* Whether an object's references aren't counted (PEP 683). */
bool refcount_state_is_immortal(PyObject *object);

/* How many of the references to args[0] belong to the call that a METH_FASTCALL function with
   this one argument is in: 1, or 0 when the caller has only lent it a reference of something
   that is counted already. */
Py_ssize_t refcount_state_of_call(PyObject *const *args);

/* The two parts of a count on a free-threaded build (PEP 703). */
struct refcount_parts {
    uint64_t owner; /* the thread that owns the object */
    uint32_t local;
    int64_t shared;
    int64_t flags;
};

enum refcount_split { REFCOUNT_IS_WHOLE, REFCOUNT_IS_SPLIT, REFCOUNT_LAYOUT_UNKNOWN };

enum refcount_split refcount_state_split(PyObject *object, struct refcount_parts *parts);

#endif
