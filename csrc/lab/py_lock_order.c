/* gilext._native.LockPair: two locks and a timeout, for the deadlock of two threads that take them
   in opposite orders. */

#include "arguments.h"
#include "lab/lock_order.h"
#include "native.h"

struct lock_pair_object {
    PyObject_HEAD
    struct lock_pair pair;
};

static struct lock_pair *
pair_of(PyObject *self)
{
    return &((struct lock_pair_object *)self)->pair;
}

static PyObject *
lock_pair_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, ":LockPair", names)) {
        return NULL;
    }
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL) {
        lock_pair_init(pair_of(self));
    }
    return self;
}

static void
lock_pair_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    lock_pair_destroy(pair_of(self));
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
lock_pair_take_both_released(PyObject *self, PyObject *const *args, Py_ssize_t nargs,
                             PyObject *kwnames)
{
    static const struct signature signature = {
        "LockPair.take_both_released", 3, 3, {"first", "wait_until_both_hold_one", "timeout"}};
    PyObject *values[MAX_ARGUMENTS];
    uint64_t first, timeout_ns;
    bool has_both;
    if (bind_arguments(&signature, args, nargs, kwnames, values) < 0 ||
        to_uint64(&signature, 0, values[0], 0, LOCK_COUNT - 1, &first) < 0 ||
        to_nanoseconds(&signature, 2, values[2], &timeout_ns) < 0) {
        return NULL;
    }
    int waits = PyObject_IsTrue(values[1]);
    if (waits < 0) {
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    has_both = lock_pair_take_both(pair_of(self), (uint32_t)first, waits, timeout_ns);
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(has_both);
}

PyDoc_STRVAR(lock_pair_doc, "LockPair()\n--\n\nTwo locks, 0 and 1.");
PyDoc_STRVAR(take_both_released_doc,
             "take_both_released($self, /, first, wait_until_both_hold_one, timeout)\n--\n\n"
             "Take one lock, then the other, and drop both, with the GIL released.\n\n"
             "False when both weren't taken within `timeout` seconds. With the second argument\n"
             "true, wait in between until two threads have their first lock; the time counts from\n"
             "then.");

static PyMethodDef lock_pair_methods[] = {
    {"take_both_released", METHOD(lock_pair_take_both_released), METH_FASTCALL | METH_KEYWORDS,
     take_both_released_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot lock_pair_slots[] = {
    {Py_tp_doc, SLOT(lock_pair_doc)},         {Py_tp_new, SLOT(lock_pair_new)},
    {Py_tp_dealloc, SLOT(lock_pair_dealloc)}, {Py_tp_traverse, SLOT(traverse_type)},
    {Py_tp_methods, lock_pair_methods},       {0, NULL},
};

PyType_Spec lock_pair_spec = {
    .name = "gilext._native.LockPair",
    .basicsize = sizeof(struct lock_pair_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = lock_pair_slots,
};
