/* fnv.Hasher: a hash that grows piece by piece, from several threads if they like. */

#include "fnv.h"
#include "lock.h"

struct hasher {
    PyObject_HEAD
    PyObject *label; /* read and written in critical sections of this object */
    uint64_t hash;   /* written by detached threads: the lock guards it */
    fnv_mutex lock;
};

static PyObject *
hasher_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"label", NULL};
    PyObject *label = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:Hasher", names, &label)) {
        return NULL;
    }
    struct hasher *self = (struct hasher *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->label = Py_XNewRef(label);
    self->hash = BASIS;
    fnv_mutex_init(&self->lock);
    return (PyObject *)self;
}

static int
hasher_traverse(PyObject *op, visitproc visit, void *arg)
{
    struct hasher *self = (struct hasher *)op;
    Py_VISIT(Py_TYPE(op));
    Py_VISIT(self->label);
    return 0;
}

static int
hasher_clear(PyObject *op)
{
    struct hasher *self = (struct hasher *)op;
    Py_CLEAR(self->label);
    return 0;
}

static void
hasher_dealloc(PyObject *op)
{
    PyTypeObject *type = Py_TYPE(op);
    PyObject_GC_UnTrack(op);
    (void)hasher_clear(op);
    fnv_mutex_destroy(&((struct hasher *)op)->lock);
    type->tp_free(op);
    Py_DECREF(type);
}

static PyObject *
hasher_update(PyObject *op, PyObject *arg)
{
    struct hasher *self = (struct hasher *)op;
    Py_buffer view;
    if (PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    fnv_mutex_lock(&self->lock);
    if (view.len <= MAX_HELD_BYTES) {
        self->hash = fnv_add(self->hash, view.buf, (size_t)view.len);
    }
    else {
        Py_BEGIN_ALLOW_THREADS
        self->hash = fnv_add(self->hash, view.buf, (size_t)view.len);
        Py_END_ALLOW_THREADS
    }
    fnv_mutex_unlock(&self->lock);
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

static PyObject *
hasher_value(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    struct hasher *self = (struct hasher *)op;
    fnv_mutex_lock(&self->lock);
    uint64_t hash = self->hash;
    fnv_mutex_unlock(&self->lock);
    return PyLong_FromUnsignedLongLong(hash);
}

static PyObject *
hasher_get_label(PyObject *op, void *Py_UNUSED(closure))
{
    PyObject *label;
    Py_BEGIN_CRITICAL_SECTION(op);
    label = Py_XNewRef(((struct hasher *)op)->label);
    Py_END_CRITICAL_SECTION();
    return label == NULL ? Py_NewRef(Py_None) : label;
}

static int
hasher_set_label(PyObject *op, PyObject *label, void *Py_UNUSED(closure))
{
    struct hasher *self = (struct hasher *)op;
    PyObject *old;
    Py_BEGIN_CRITICAL_SECTION(op);
    old = self->label;
    self->label = Py_XNewRef(label);
    Py_END_CRITICAL_SECTION();
    Py_XDECREF(old);
    return 0;
}

static PyMethodDef hasher_methods[] = {
    {"update", hasher_update, METH_O, "Hash more bytes."},
    {"value", hasher_value, METH_NOARGS, "Return the hash of all bytes until now."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef hasher_getset[] = {
    {"label", hasher_get_label, hasher_set_label, "Any object; None after del.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot hasher_slots[] = {
    {Py_tp_new, hasher_new},
    {Py_tp_dealloc, hasher_dealloc},
    {Py_tp_traverse, hasher_traverse},
    {Py_tp_clear, hasher_clear},
    {Py_tp_methods, hasher_methods},
    {Py_tp_getset, hasher_getset},
    {0, NULL},
};

PyType_Spec hasher_spec = {
    .name = "fnv.Hasher",
    .basicsize = sizeof(struct hasher),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = hasher_slots,
};
