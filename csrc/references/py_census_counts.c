/* The reference counts and the sizes of the objects in a gilext._native.Census, and what keeps
   the objects alive if an extension drops references that aren't its own. */

#include "references/py_census.h"

#include "arguments.h"
#include "cpython/refcount_state.h"

/* What is written for an object whose references are no longer counted. */
static const int64_t IS_IMMORTAL = INT64_MIN;

/* -- buffers --------------------------------------------------------------------------------- */

static bool
holds_int64(const Py_buffer *view)
{
    const char *format = view->format;
    if (format != NULL && (*format == '@' || *format == '=')) {
        format++;
    }
    return view->itemsize == sizeof(int64_t) && format != NULL &&
           (strcmp(format, "q") == 0 || strcmp(format, "l") == 0);
}

int
get_int64_buffer(PyObject *value, int flags, Py_buffer *view)
{
    if (PyObject_GetBuffer(value, view, flags | PyBUF_ND | PyBUF_FORMAT) < 0) {
        return -1;
    }
    if (holds_int64(view)) {
        return 0;
    }
    PyErr_Format(PyExc_ValueError, "a buffer of signed 64-bit integers is needed ('q'), not '%s'",
                 view->format == NULL ? "B" : view->format);
    PyBuffer_Release(view);
    return -1;
}

bool
is_long_enough(const Py_buffer *view, size_t count)
{
    if ((size_t)view->len / sizeof(int64_t) >= count) {
        return true;
    }
    PyErr_Format(PyExc_ValueError, "the buffer has room for %zd objects, and the census has %zu",
                 view->len / (Py_ssize_t)sizeof(int64_t), count);
    return false;
}

/* -- counts ---------------------------------------------------------------------------------- */

/* Without the census's own reference. On a free-threaded build the count of an object that
   another thread uses may be that of a moment ago; functions, modules and types have a large
   constant in it, and what threads hold of a type stands elsewhere until they end. */
static void
write_counts(struct census_object *self, const Py_buffer *view)
{
    const struct census *census = &self->census;
    Py_ssize_t own = self->is_protected ? 1 + PROTECTION : 1;
    for (size_t i = 0; i < census->count; i++) {
        PyObject *object = object_at(census, i);
        bool is_immortal = refcount_state_is_immortal(object);
        set_int64(view, i, is_immortal ? IS_IMMORTAL : Py_REFCNT(object) - own);
    }
}

static PyObject *
fill(PyObject *self, PyObject *buffer,
     void (*write)(struct census_object *self, const Py_buffer *view))
{
    Py_buffer view;
    if (get_int64_buffer(buffer, PyBUF_WRITABLE, &view) < 0) {
        return NULL;
    }
    bool is_filled;
    Py_BEGIN_CRITICAL_SECTION(self);
    is_filled = is_long_enough(&view, census_of(self)->census.count);
    if (is_filled) {
        write(census_of(self), &view);
    }
    Py_END_CRITICAL_SECTION();
    PyBuffer_Release(&view);
    return is_filled ? Py_NewRef(Py_None) : NULL;
}

PyObject *
census_method_counts(PyObject *self, PyObject *buffer)
{
    return fill(self, buffer, write_counts);
}

/* -- sizes ----------------------------------------------------------------------------------- */

static const struct {
    const char *module;
    const char *name;
} sized_types[SIZED_TYPES] = {{"collections", "deque"}, {"array", "array"}};

static bool
is_written_in_c(PyObject *type)
{
    return PyType_Check(type) &&
           (!PyType_HasFeature((PyTypeObject *)type, Py_TPFLAGS_HEAPTYPE) ||
            PyType_HasFeature((PyTypeObject *)type, Py_TPFLAGS_IMMUTABLETYPE));
}

int
find_sized_types(struct census_object *self)
{
    for (size_t i = 0; i < SIZED_TYPES; i++) {
        PyObject *type = get_of_module(sized_types[i].module, sized_types[i].name);
        if (type != NULL && is_written_in_c(type)) {
            self->sized_types[i] = (PyTypeObject *)Py_NewRef(type);
        }
        Py_XDECREF(type);
        if (type == NULL && PyErr_Occurred()) {
            return -1;
        }
    }
    return 0;
}

/* The length of the type that was written in C, also for a subclass with a __len__ of its own. */
static Py_ssize_t
size_by_type(const struct census_object *self, PyObject *object)
{
    for (size_t i = 0; i < SIZED_TYPES; i++) {
        PyTypeObject *type = self->sized_types[i];
        if (type != NULL && PyObject_TypeCheck(object, type)) {
            lenfunc length = type->tp_as_sequence->sq_length;
            return length(object);
        }
    }
    return -1;
}

static Py_ssize_t
size_of(const struct census_object *self, PyObject *object)
{
    if (PyList_Check(object)) {
        return PyList_GET_SIZE(object);
    }
    if (PyDict_Check(object)) {
        return PyDict_GET_SIZE(object);
    }
    if (PyAnySet_Check(object)) {
        return PySet_GET_SIZE(object);
    }
    if (PyByteArray_Check(object)) {
        return PyByteArray_GET_SIZE(object);
    }
    return size_by_type(self, object);
}

static void
write_sizes(struct census_object *self, const Py_buffer *view)
{
    for (size_t i = 0; i < self->census.count; i++) {
        set_int64(view, i, size_of(self, object_at(&self->census, i)));
    }
}

PyObject *
census_method_sizes(PyObject *self, PyObject *buffer)
{
    return fill(self, buffer, write_sizes);
}

/* -- what has changed ------------------------------------------------------------------------ */

static PyObject *
list_changed(const Py_buffer *before, const Py_buffer *after, size_t count)
{
    PyObject *places = PyList_New(0);
    for (size_t i = 0; places != NULL && i < count; i++) {
        int64_t then = int64_at(before, i), now = int64_at(after, i);
        if (then != now && then != IS_IMMORTAL && now != IS_IMMORTAL &&
            append_owned(places, PyLong_FromSize_t(i)) < 0) {
            Py_CLEAR(places);
        }
    }
    return places;
}

PyObject *
census_method_changed(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const struct signature signature = {"Census.changed", 2, 2, {"before", "after"}};
    PyObject *values[MAX_ARGUMENTS], *places = NULL;
    Py_buffer before, after;
    if (bind_arguments(&signature, args, nargs, kwnames, values) < 0 ||
        get_int64_buffer(values[0], PyBUF_SIMPLE, &before) < 0) {
        return NULL;
    }
    if (get_int64_buffer(values[1], PyBUF_SIMPLE, &after) == 0) {
        size_t count = (size_t)PyObject_Size(self);
        if (is_long_enough(&before, count) && is_long_enough(&after, count)) {
            places = list_changed(&before, &after, count);
        }
        PyBuffer_Release(&after);
    }
    PyBuffer_Release(&before);
    return places;
}

/* -- protection ------------------------------------------------------------------------------ */

#ifdef Py_GIL_DISABLED

void
protect_entry(struct census_entry *Py_UNUSED(entry))
{
}

Py_ssize_t
release_all(struct census_object *Py_UNUSED(self))
{
    return 0;
}

#else

void
protect_entry(struct census_entry *entry)
{
    PyObject *object = entry->object;
    entry->protected_count = Py_REFCNT(object);
    Py_SET_REFCNT(object, entry->protected_count + PROTECTION);
}

/* Below one reference, the census's own has been dropped by somebody else: nothing tells how many
   were dropped that were others', so that all that are gone are given back. */
Py_ssize_t
release_all(struct census_object *self)
{
    Py_ssize_t mended = 0;
    for (size_t i = 0; self->is_protected && i < self->census.count; i++) {
        struct census_entry *entry = &self->census.entries[i];
        PyObject *object = entry->object;
        if (!refcount_state_is_immortal(object)) {
            Py_ssize_t count = Py_REFCNT(object) - PROTECTION;
            Py_SET_REFCNT(object, count < 1 ? entry->protected_count : count);
            mended += count < 1;
        }
    }
    self->is_protected = false;
    return mended;
}

#endif

static void
protect_all(struct census_object *self)
{
#ifndef Py_GIL_DISABLED
    for (size_t i = 0; !self->is_protected && i < self->census.count; i++) {
        if (!refcount_state_is_immortal(object_at(&self->census, i))) {
            protect_entry(&self->census.entries[i]);
        }
    }
    self->is_protected = true;
#else
    (void)self;
#endif
}

PyObject *
census_method_protect(PyObject *self, PyObject *Py_UNUSED(none))
{
    protect_all(census_of(self));
    return PyBool_FromLong(census_of(self)->is_protected);
}

PyObject *
census_method_release(PyObject *self, PyObject *Py_UNUSED(none))
{
    return PyLong_FromSsize_t(release_all(census_of(self)));
}

PyObject *
census_method_give_back(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const struct signature signature = {"Census.give_back", 2, 2, {"place", "references"}};
    PyObject *values[MAX_ARGUMENTS];
    uint64_t place, references;
    if (bind_arguments(&signature, args, nargs, kwnames, values) < 0 ||
        to_uint64(&signature, 0, values[0], 0, INT64_MAX, &place) < 0 ||
        to_uint64(&signature, 1, values[1], 0, PROTECTION, &references) < 0) {
        return NULL;
    }
    PyObject *object = PySequence_GetItem(self, (Py_ssize_t)place);
    for (uint64_t i = 0; object != NULL && i < references; i++) {
        Py_INCREF(object);
    }
    Py_XDECREF(object);
    return object == NULL ? NULL : Py_NewRef(Py_None);
}
