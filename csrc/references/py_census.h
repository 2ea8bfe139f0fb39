/* The Census object, for the files that make it: py_census.c, its life; py_census_walk.c, which
   objects are in it and who refers to them; py_census_counts.c, their counts and sizes. */

#ifndef GILEXT_PY_CENSUS_H
#define GILEXT_PY_CENSUS_H

#include "compat.h"
#include "native.h"
#include "references/census.h"

enum {
    SIZED_TYPES = 2,
    PROTECTION = 1000000, /* references that each object of a protected census has beside */
};

struct census_object {
    PyObject_HEAD
    struct census census; /* a strong reference to each object */
    bool is_protected;
    PyTypeObject *sized_types[SIZED_TYPES]; /* NULL: its module isn't imported */
    PyObject *get_referents;                /* of gc, on a free-threaded build; else NULL */
};

static inline struct census_object *
census_of(PyObject *self)
{
    return (struct census_object *)self;
}

static inline PyObject *
object_at(const struct census *census, size_t place)
{
    return census->entries[place].object;
}

/* Of a buffer with an int64 for each object, which isn't always aligned. The caller releases it.
   -1 with TypeError, BufferError or ValueError set. */
int get_int64_buffer(PyObject *value, int flags, Py_buffer *view);

/* Whether it has room for that many; if not, ValueError is set. */
bool is_long_enough(const Py_buffer *view, size_t count);

static inline int64_t
int64_at(const Py_buffer *view, size_t place)
{
    int64_t value;
    memcpy(&value, (const char *)view->buf + place * sizeof value, sizeof value);
    return value;
}

static inline void
set_int64(const Py_buffer *view, size_t place, int64_t value)
{
    memcpy((char *)view->buf + place * sizeof value, &value, sizeof value);
}

/* Give one object the bonus of a protected census; take it away from all. */
void protect_entry(struct census_entry *entry);
Py_ssize_t release_all(struct census_object *self);

/* What a module has by that name. NULL if the program hasn't imported it, or with an exception
   set. */
PyObject *get_of_module(const char *module, const char *name);

/* Find the types that are neither list, dict nor set, and have a size; and gc.get_referents(),
   if that is how to walk. 0, or -1 with an exception set. */
int find_sized_types(struct census_object *self);
int find_get_referents(struct census_object *self);

PyObject *census_method_add(PyObject *self, PyObject *list);
PyObject *census_method_references_from(PyObject *self, PyObject *const *args, Py_ssize_t nargs,
                                        PyObject *kwnames);
PyObject *census_method_counts(PyObject *self, PyObject *buffer);
PyObject *census_method_sizes(PyObject *self, PyObject *buffer);
PyObject *census_method_changed(PyObject *self, PyObject *const *args, Py_ssize_t nargs,
                                PyObject *kwnames);
PyObject *census_method_protect(PyObject *self, PyObject *none);
PyObject *census_method_release(PyObject *self, PyObject *none);
PyObject *census_method_give_back(PyObject *self, PyObject *const *args, Py_ssize_t nargs,
                                  PyObject *kwnames);

#endif
