/* gilext._native.Counters: counters that several threads count up, holding the GIL or not, and
   the model of reference counts that is made of them. */

#include "arguments.h"
#include "lab/counters.h"
#include "native.h"

struct counters_object {
    PyObject_HEAD
    struct counters counters;
};

static const char *const counting_names[] = {
    [COUNTING_PLAIN] = "plain",
    [COUNTING_ATOMIC] = "atomic",
    [COUNTING_GLOBAL_MUTEX] = "global mutex",
    [COUNTING_CELL_MUTEX] = "object mutex",
    [COUNTING_BIASED] = "biased",
};

static struct counters *
counters_of(PyObject *self)
{
    return &((struct counters_object *)self)->counters;
}

static int
to_counting(PyObject *value, enum counting *counting)
{
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "Counters() argument 'counting' must be str, not %.100s",
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    for (size_t i = 0; i < Py_ARRAY_LENGTH(counting_names); i++) {
        if (PyUnicode_CompareWithASCIIString(value, counting_names[i]) == 0) {
            *counting = (enum counting)i;
            return 0;
        }
    }
    PyErr_Format(PyExc_ValueError,
                 "Counters() argument 'counting' must be 'plain', 'atomic', 'global mutex', "
                 "'object mutex' or 'biased', not %R",
                 value);
    return -1;
}

static PyObject *
counters_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"counting", "cells", NULL};
    static const struct signature signature = {"Counters", 2, 2, {"counting", "cells"}};
    PyObject *name, *cell_count;
    enum counting counting;
    uint64_t cells;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:Counters", names, &name, &cell_count) ||
        to_counting(name, &counting) < 0 ||
        to_uint64(&signature, 1, cell_count, 1, INT32_MAX, &cells) < 0) {
        return NULL;
    }
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL && !counters_init(counters_of(self), counting, (size_t)cells)) {
        Py_CLEAR(self);
        PyErr_NoMemory();
    }
    return self;
}

static void
counters_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    counters_destroy(counters_of(self));
    type->tp_free(self);
    Py_DECREF(type);
}

/* -- counting ---------------------------------------------------------------------------------- */

struct work {
    uint64_t times;
    bool is_owner;
    bool counts_down;
};

/* False is what an optional argument is that isn't given. */
static int
to_bool(PyObject *value, bool *result)
{
    int truth = value == NULL ? 0 : PyObject_IsTrue(value);
    *result = truth > 0;
    return truth < 0 ? -1 : 0;
}

static int
parse_work(const struct signature *signature, PyObject *const *args, Py_ssize_t nargs,
           PyObject *kwnames, struct work *work)
{
    PyObject *values[MAX_ARGUMENTS] = {NULL};
    if (bind_arguments(signature, args, nargs, kwnames, values) < 0 ||
        to_uint64(signature, 0, values[0], 0, UINT64_MAX, &work->times) < 0 ||
        to_bool(values[1], &work->is_owner) < 0) {
        return -1;
    }
    return to_bool(values[2], &work->counts_down);
}

static PyObject *
counters_add_held(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const struct signature signature = {
        "Counters.add_held", 1, 3, {"times", "owner", "down"}};
    struct work work;
    if (parse_work(&signature, args, nargs, kwnames, &work) < 0) {
        return NULL;
    }
    counters_add(counters_of(self), work.times, work.counts_down ? -1 : 1, work.is_owner);
    Py_RETURN_NONE;
}

static PyObject *
counters_add_released(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const struct signature signature = {
        "Counters.add_released", 1, 3, {"times", "owner", "down"}};
    struct work work;
    if (parse_work(&signature, args, nargs, kwnames, &work) < 0) {
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    counters_add(counters_of(self), work.times, work.counts_down ? -1 : 1, work.is_owner);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyObject *
counters_method_total(PyObject *self, PyObject *Py_UNUSED(none))
{
    return PyLong_FromLongLong(counters_total(counters_of(self)));
}

/* -- reference counts, as a model -------------------------------------------------------------- */

static PyObject *
counters_method_init_references(PyObject *self, PyObject *Py_UNUSED(none))
{
    counters_init_references(counters_of(self));
    Py_RETURN_NONE;
}

static PyObject *
counters_take_and_drop_held(PyObject *self, PyObject *const *args, Py_ssize_t nargs,
                            PyObject *kwnames)
{
    static const struct signature signature = {
        "Counters.take_and_drop_held", 1, 2, {"times", "owner"}};
    struct work work;
    if (parse_work(&signature, args, nargs, kwnames, &work) < 0) {
        return NULL;
    }
    return PyLong_FromUnsignedLongLong(
        counters_take_and_drop(counters_of(self), work.times, work.is_owner));
}

static PyObject *
counters_take_and_drop_released(PyObject *self, PyObject *const *args, Py_ssize_t nargs,
                                PyObject *kwnames)
{
    static const struct signature signature = {
        "Counters.take_and_drop_released", 1, 2, {"times", "owner"}};
    struct work work;
    if (parse_work(&signature, args, nargs, kwnames, &work) < 0) {
        return NULL;
    }
    uint64_t saw_zero;
    Py_BEGIN_ALLOW_THREADS
    saw_zero = counters_take_and_drop(counters_of(self), work.times, work.is_owner);
    Py_END_ALLOW_THREADS
    return PyLong_FromUnsignedLongLong(saw_zero);
}

static PyObject *
counters_method_tally(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct reference_outcomes outcomes = counters_tally(counters_of(self));
    return Py_BuildValue("nnn", (Py_ssize_t)outcomes.right, (Py_ssize_t)outcomes.leaked,
                         (Py_ssize_t)outcomes.premature);
}

/* -- the module's part ------------------------------------------------------------------------- */

PyDoc_STRVAR(counters_doc,
             "Counters(counting, cells)\n--\n\n"
             "Counters for several threads, each in a cell of its own.\n\n"
             "Parameters\n----------\n"
             "counting : str\n    'plain', 'atomic', 'global mutex', 'object mutex' or 'biased'.\n"
             "cells : int\n    How many, 1 at least.\n\n"
             "Raises\n------\n"
             "TypeError, ValueError\n    When an argument is of the wrong type or range.\n"
             "MemoryError\n    When there is no memory for that many.");
PyDoc_STRVAR(add_held_doc,
             "add_held($self, /, times, owner=False, down=False)\n--\n\n"
             "Count up, or down, `times` times, the cells in turn, holding the GIL.\n\n"
             "Of a biased counter, one thread may be the owner.");
PyDoc_STRVAR(add_released_doc,
             "add_released($self, /, times, owner=False, down=False)\n--\n\n"
             "Count up, or down, `times` times, the cells in turn, with the GIL released.\n\n"
             "Of a biased counter, one thread may be the owner.");
PyDoc_STRVAR(total_doc, "total($self)\n--\n\nWhat all cells have counted.");
PyDoc_STRVAR(init_references_doc,
             "init_references($self)\n--\n\n"
             "Let each cell be an object to which the caller has one reference.");
PyDoc_STRVAR(take_and_drop_held_doc,
             "take_and_drop_held($self, /, times, owner=False)\n--\n\n"
             "Take and drop references, `times` times in all, holding the GIL.\n\n"
             "To one object after the other. Returns how often one was seen to have none left.");
PyDoc_STRVAR(take_and_drop_released_doc,
             "take_and_drop_released($self, /, times, owner=False)\n--\n\n"
             "Take and drop references, `times` times in all, with the GIL released.\n\n"
             "To one object after the other. Returns how often one was seen to have none left.");
PyDoc_STRVAR(tally_doc, "tally($self)\n--\n\n"
                        "How many objects have the right count, too high a one, too low a one.");

static PyMethodDef counters_methods[] = {
    {"add_held", METHOD(counters_add_held), METH_FASTCALL | METH_KEYWORDS, add_held_doc},
    {"add_released", METHOD(counters_add_released), METH_FASTCALL | METH_KEYWORDS,
     add_released_doc},
    {"total", counters_method_total, METH_NOARGS, total_doc},
    {"init_references", counters_method_init_references, METH_NOARGS, init_references_doc},
    {"take_and_drop_held", METHOD(counters_take_and_drop_held), METH_FASTCALL | METH_KEYWORDS,
     take_and_drop_held_doc},
    {"take_and_drop_released", METHOD(counters_take_and_drop_released),
     METH_FASTCALL | METH_KEYWORDS, take_and_drop_released_doc},
    {"tally", counters_method_tally, METH_NOARGS, tally_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot counters_slots[] = {
    {Py_tp_doc, SLOT(counters_doc)},         {Py_tp_new, SLOT(counters_new)},
    {Py_tp_dealloc, SLOT(counters_dealloc)}, {Py_tp_traverse, SLOT(traverse_type)},
    {Py_tp_methods, counters_methods},       {0, NULL},
};

PyType_Spec counters_spec = {
    .name = "gilext._native.Counters",
    .basicsize = sizeof(struct counters_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = counters_slots,
};
