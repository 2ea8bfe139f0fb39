/* The Sampler object, for the files that make it: py_sampler.c, its life; py_sampler_views.c, what
   it saw; py_sampler_world.c, what it saw without a GIL; py_sampler_stacks.c, the Python stacks;
   py_watchdog.c, what it says while it samples; py_sampler_until.c, a recording from one thread
   that is given no other work. */

#ifndef GILEXT_PY_SAMPLER_H
#define GILEXT_PY_SAMPLER_H

#include "native.h"
#include "recording/recording_file.h"
#include "recording/sampler.h"

struct sampler_object {
    PyObject_HEAD
    struct sampler *sampler; /* in its arena, if it has one */
    struct arena *arena;     /* NULL: it has no file */
    bool is_read;            /* from a file, so that what it can tell is known from there */
};

/* The sampler of an object, which in a forked child is a stopped one. */
struct sampler *get_sampler(PyObject *self);

/* Whether it counts who waits. */
bool sees_waiters(PyObject *self);

/* Whether no thread writes to the recording: what some views read moves until then. */
bool is_at_rest(const struct sampler *sampler);

/* NULL with an exception set, if the sampler runs. */
struct sampler *get_sampler_at_rest(PyObject *self);

/* A name that was read natively, as a str; bytes that aren't UTF-8 are replaced. */
PyObject *decode_text(const char *text);

/* What starting returns: None, or NULL with an exception set. */
PyObject *sampler_result(enum sampler_outcome outcome);

PyObject *sampler_totals(PyObject *self, PyObject *none);
PyObject *sampler_window(PyObject *self, PyObject *none);
PyObject *sampler_threads(PyObject *self, PyObject *none);
PyObject *sampler_longest(PyObject *self, PyObject *none);
PyObject *sampler_stalls(PyObject *self, PyObject *none);
PyObject *sampler_histogram(PyObject *self, PyObject *none);
PyObject *sampler_stacks(PyObject *self, PyObject *none);
PyObject *sampler_note_collection(PyObject *self, PyObject *const *args, Py_ssize_t count);
PyObject *sampler_moments(PyObject *self, PyObject *none);
PyObject *sampler_victims(PyObject *self, PyObject *none);
PyObject *sampler_waits(PyObject *self, PyObject *none);
PyObject *sampler_frames(PyObject *self, PyObject *none);
PyObject *sampler_activity(PyObject *self, PyObject *none);
PyObject *sampler_attached(PyObject *self, PyObject *none);
PyObject *sampler_pauses(PyObject *self, PyObject *none);
PyObject *sampler_get_collections(PyObject *self, void *closure);
PyObject *sampler_set_watchdog(PyObject *self, PyObject *args);
PyObject *sampler_name_threads(PyObject *self, PyObject *borrowed_list);
PyObject *sampler_next_stall(PyObject *self, PyObject *none);
PyObject *sampler_write_note(PyObject *self, PyObject *args);
PyObject *sampler_record_until(PyObject *self, PyObject *args);
int sampler_get_buffer(PyObject *self, Py_buffer *view, int flags);

/* Give an object its sampler: in a file, whose name that is, or if it is NULL or None, in none. 0,
   or -1 with an exception set. */
int make_sampler(PyObject *self, const struct sampling *sampling, PyObject *borrowed_file);

/* After make_sampler(), and of what it has left if it has failed. */
void free_sampler(PyObject *self);

#endif
