/* gilext._native.LockPair: two locks and a timeout, for the deadlock of two threads that take them
   in opposite orders, and for the one of a lock and the GIL. */

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

/* The one argument of a method. 0, or -1 with an exception set. */
static int
timeout_of(const char *method, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames,
           uint64_t *timeout_ns)
{
    const struct signature signature = {method, 1, 1, {"timeout"}};
    PyObject *values[MAX_ARGUMENTS];
    if (bind_arguments(&signature, args, nargs, kwnames, values) < 0) {
        return -1;
    }
    return to_nanoseconds(&signature, 0, values[0], timeout_ns);
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

/* -- a lock and the GIL -------------------------------------------------------------------- */

/* Thread A: Py_END_ALLOW_THREADS waits for the GIL while this thread has the lock. */
static PyObject *
lock_pair_attach_with_lock(PyObject *self, PyObject *Py_UNUSED(nothing))
{
    Py_BEGIN_ALLOW_THREADS
    lock_pair_hold_first(pair_of(self));
    Py_END_ALLOW_THREADS
    lock_pair_drop_first(pair_of(self));
    Py_RETURN_NONE;
}

/* Thread B: waits for the lock while this thread has the GIL. */
static PyObject *
lock_pair_take_held(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    uint64_t timeout_ns;
    if (timeout_of("LockPair.take_held", args, nargs, kwnames, &timeout_ns) < 0) {
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    lock_pair_await_holder(pair_of(self));
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(lock_pair_take_first(pair_of(self), timeout_ns));
}

/* Thread B, repaired: releases the GIL before it waits for the lock. */
static PyObject *
lock_pair_take_released(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    uint64_t timeout_ns;
    bool has_it;
    if (timeout_of("LockPair.take_released", args, nargs, kwnames, &timeout_ns) < 0) {
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    lock_pair_await_holder(pair_of(self));
    Py_END_ALLOW_THREADS
    Py_BEGIN_ALLOW_THREADS
    has_it = lock_pair_take_first(pair_of(self), timeout_ns);
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(has_it);
}

/* -- the type ------------------------------------------------------------------------------ */

PyDoc_STRVAR(lock_pair_doc, "LockPair()\n--\n\nTwo locks, 0 and 1.");
PyDoc_STRVAR(take_both_released_doc,
             "take_both_released($self, /, first, wait_until_both_hold_one, timeout)\n--\n\n"
             "Take one lock, then the other, and drop both, with the GIL released.\n\n"
             "False when both weren't taken within `timeout` seconds. With the second argument\n"
             "true, wait in between until two threads have their first lock; the time counts from\n"
             "then.");
PyDoc_STRVAR(attach_with_lock_doc,
             "attach_with_lock($self, /)\n--\n\n"
             "With the GIL released, take lock 0 and wait for another thread in take_held() or\n"
             "take_released(); then ask for the GIL, and only after that drop the lock.");
PyDoc_STRVAR(take_held_doc,
             "take_held($self, /, timeout)\n--\n\n"
             "Take lock 0 from a thread in attach_with_lock(), and drop it, with the GIL held.\n\n"
             "False when it wasn't free within `timeout` seconds.");
PyDoc_STRVAR(take_released_doc,
             "take_released($self, /, timeout)\n--\n\n"
             "Take lock 0 from a thread in attach_with_lock(), and drop it, with the GIL\n"
             "released.\n\n"
             "False when it wasn't free within `timeout` seconds.");

static PyMethodDef lock_pair_methods[] = {
    {"take_both_released", METHOD(lock_pair_take_both_released), METH_FASTCALL | METH_KEYWORDS,
     take_both_released_doc},
    {"attach_with_lock", METHOD(lock_pair_attach_with_lock), METH_NOARGS, attach_with_lock_doc},
    {"take_held", METHOD(lock_pair_take_held), METH_FASTCALL | METH_KEYWORDS, take_held_doc},
    {"take_released", METHOD(lock_pair_take_released), METH_FASTCALL | METH_KEYWORDS,
     take_released_doc},
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
