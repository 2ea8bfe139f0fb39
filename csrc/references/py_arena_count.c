/* gilext._native.ArenaCount: how much memory CPython maps for its arenas while a block runs. */

#include "cpython/arena_hook.h"
#include "native.h"

struct arena_count_object {
    PyObject_HEAD
    bool is_counting;
    bool was_known; /* at the start, when it was so much: */
    int64_t bytes_before;
};

static struct arena_count_object *
arena_count_of(PyObject *self)
{
    return (struct arena_count_object *)self;
}

static PyObject *
arena_count_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, ":ArenaCount", names)) {
        return NULL;
    }
    return type->tp_alloc(type, 0);
}

static void
stop_counting(struct arena_count_object *self)
{
    if (self->is_counting) {
        self->is_counting = false;
        arena_hook_release();
    }
}

static void
arena_count_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    stop_counting(arena_count_of(self));
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
arena_count_enter(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct arena_count_object *count = arena_count_of(self);
    if (!count->is_counting) {
        count->is_counting = true;
        arena_hook_use();
        count->was_known = arena_hook_bytes(&count->bytes_before);
    }
    return Py_NewRef(self);
}

static PyObject *
arena_count_exit(PyObject *self, PyObject *Py_UNUSED(args))
{
    stop_counting(arena_count_of(self));
    Py_RETURN_NONE;
}

static PyObject *
arena_count_bytes(PyObject *self, void *Py_UNUSED(closure))
{
    const struct arena_count_object *count = arena_count_of(self);
    int64_t bytes;
    if (!count->is_counting || !count->was_known || !arena_hook_bytes(&bytes)) {
        Py_RETURN_NONE;
    }
    return PyLong_FromLongLong(bytes - count->bytes_before);
}

PyDoc_STRVAR(arena_count_doc,
             "ArenaCount()\n--\n\n"
             "Counts the memory that CPython maps for arenas and frames in a `with` block.\n\n"
             "Of all interpreters together. If another hook is on the arena allocator, it counts\n"
             "nothing, and leaves that one alone.");
PyDoc_STRVAR(bytes_doc, "How many bytes more than at the start of the block, or fewer than 0.\n\n"
                        "None outside of the block, and if it can't be known: another hook was\n"
                        "set, or it is a free-threaded build, which has no arenas.");
PyDoc_STRVAR(enter_doc, "__enter__($self)\n--\n\nBegin to count.");
PyDoc_STRVAR(exit_doc, "__exit__($self, kind, error, traceback, /)\n--\n\nEnd the count.");

static PyMethodDef arena_count_methods[] = {
    {"__enter__", arena_count_enter, METH_NOARGS, enter_doc},
    {"__exit__", arena_count_exit, METH_VARARGS, exit_doc},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef arena_count_attributes[] = {
    {"bytes", arena_count_bytes, NULL, bytes_doc, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot arena_count_slots[] = {
    {Py_tp_doc, SLOT(arena_count_doc)},
    {Py_tp_new, SLOT(arena_count_new)},
    {Py_tp_dealloc, SLOT(arena_count_dealloc)},
    {Py_tp_traverse, SLOT(traverse_type)},
    {Py_tp_methods, arena_count_methods},
    {Py_tp_getset, arena_count_attributes},
    {0, NULL},
};

PyType_Spec arena_count_spec = {
    .name = "gilext._native.ArenaCount",
    .basicsize = sizeof(struct arena_count_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = arena_count_slots,
};
