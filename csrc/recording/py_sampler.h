/* The Sampler object, for the two files that make it: py_sampler.c, its life, and
   py_sampler_views.c, what it saw. */

#ifndef GILEXT_PY_SAMPLER_H
#define GILEXT_PY_SAMPLER_H

#include "native.h"
#include "recording/sampler.h"

struct sampler_object {
    PyObject_HEAD
    struct sampler sampler;
};

/* The sampler of an object, which in a forked child is a stopped one. */
struct sampler *get_sampler(PyObject *self);

/* Whether no thread writes to the recording: what some views read moves until then. */
bool is_at_rest(const struct sampler *sampler);

/* NULL with an exception set, if the sampler runs. */
struct sampler *get_sampler_at_rest(PyObject *self);

PyObject *sampler_totals(PyObject *self, PyObject *none);
PyObject *sampler_window(PyObject *self, PyObject *none);
PyObject *sampler_threads(PyObject *self, PyObject *none);
PyObject *sampler_longest(PyObject *self, PyObject *none);
PyObject *sampler_stalls(PyObject *self, PyObject *none);
PyObject *sampler_histogram(PyObject *self, PyObject *none);
PyObject *sampler_stacks(PyObject *self, PyObject *none);
PyObject *sampler_frames(PyObject *self, PyObject *none);
int sampler_get_buffer(PyObject *self, Py_buffer *view, int flags);

#endif
