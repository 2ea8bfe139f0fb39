/* The Sampler object, for the two files that make it: py_sampler.c, its life, and
   py_sampler_views.c, what it saw. */

#ifndef GILEXT_PY_SAMPLER_H
#define GILEXT_PY_SAMPLER_H

#include "native.h"
#include "recording/sampler.h"

struct sampler_object {
    PyObject_HEAD
    struct sampler sampler;
    bool was_started;
};

struct sampler *sampler_of(PyObject *self);

/* What some views read moves while the sampler runs: NULL with an exception set, if it does. */
struct sampler *stopped_sampler_of(PyObject *self);

PyObject *sampler_totals(PyObject *self, PyObject *none);
PyObject *sampler_pop_longest_hold(PyObject *self, PyObject *none);
PyObject *sampler_threads(PyObject *self, PyObject *none);
PyObject *sampler_longest(PyObject *self, PyObject *none);
PyObject *sampler_stalls(PyObject *self, PyObject *none);
PyObject *sampler_histogram(PyObject *self, PyObject *none);
PyObject *sampler_stacks(PyObject *self, PyObject *none);
PyObject *sampler_frames(PyObject *self, PyObject *none);
int sampler_get_buffer(PyObject *self, Py_buffer *view, int flags);

#endif
