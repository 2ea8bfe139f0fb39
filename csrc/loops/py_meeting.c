/* gilext.Meeting: the proof of parallelism that needs no stopwatch. */

#include "arguments.h"
#include "cpython/signals.h"
#include "loops/meeting.h"
#include "native.h"

struct meeting_object {
    PyObject_HEAD
    struct meeting meeting;
};

static struct meeting *
meeting_of(PyObject *self)
{
    return &((struct meeting_object *)self)->meeting;
}

static PyObject *
meeting_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"parties", NULL};
    static const struct signature signature = {"Meeting", 1, 1, {"parties"}};
    PyObject *party_count;
    uint64_t parties;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:Meeting", names, &party_count) ||
        to_uint64(&signature, 0, party_count, 1, INT32_MAX, &parties) < 0) {
        return NULL;
    }
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL) {
        meeting_init(meeting_of(self), (uint32_t)parties);
    }
    return self;
}

static void
meeting_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    meeting_destroy(meeting_of(self));
    type->tp_free(self);
    Py_DECREF(type);
}

static int
parse_timeout(const struct signature *signature, PyObject *const *args, Py_ssize_t nargs,
              PyObject *kwnames, uint64_t *nanoseconds)
{
    PyObject *values[MAX_ARGUMENTS];
    if (bind_arguments(signature, args, nargs, kwnames, values) < 0) {
        return -1;
    }
    return to_nanoseconds(signature, 0, values[0], nanoseconds);
}

/* Waits for other threads while it holds the GIL: exactly what an extension must not do, and
   here the point. On a GIL build no other party can arrive, and the wait times out. */
static PyObject *
meeting_wait_held(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const struct signature signature = {"Meeting.wait_held", 1, 1, {"timeout"}};
    uint64_t nanoseconds;
    if (parse_timeout(&signature, args, nargs, kwnames, &nanoseconds) < 0) {
        return NULL;
    }
    return PyBool_FromLong(gilext_meet(meeting_of(self), nanoseconds));
}

static PyObject *
meeting_wait_released(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const struct signature signature = {"Meeting.wait_released", 1, 1, {"timeout"}};
    const uint64_t span = signals_span_ns(MAX_SIGNAL_DELAY_NS);
    struct meeting *meeting = meeting_of(self);
    uint64_t left;
    if (parse_timeout(&signature, args, nargs, kwnames, &left) < 0) {
        return NULL;
    }
    uint64_t round = meeting_arrive(meeting);
    bool met;
    do {
        uint64_t now = left < span ? left : span;
        left -= now;
        Py_BEGIN_ALLOW_THREADS
        met = meeting_wait(meeting, round, now);
        Py_END_ALLOW_THREADS
        if (PyErr_CheckSignals() < 0) {
            meeting_leave(meeting, round);
            return NULL;
        }
    } while (!met && left > 0);
    return PyBool_FromLong(meeting_leave(meeting, round));
}

static PyObject *
meeting_get_parties(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromUnsignedLong(meeting_of(self)->parties);
}

/* For the bindings that call gilext_meet() themselves. */
static PyObject *
meeting_get_address(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromVoidPtr(meeting_of(self));
}

PyDoc_STRVAR(meeting_doc,
             "Meeting(parties)\n--\n\n"
             "A place where threads meet inside C: the proof of parallelism without a clock.\n\n"
             "Each party calls one of the wait methods. They return True in all parties once\n"
             "all are inside C at the same moment; a party that comes alone gets False after\n"
             "its timeout, and no longer counts. A meeting can be repeated.\n\n"
             "Parameters\n----------\n"
             "parties : int\n    How many threads have to be there, 1 to 2**31 - 1.\n\n"
             "Raises\n------\n"
             "TypeError, ValueError, OverflowError\n"
             "    When `parties` isn't an integer, is below 1, or is too large.");

#define WAIT_DOC \
    "Parameters\n----------\n" \
    "timeout : float\n    Seconds to wait for the others, 0 to 292 years.\n\n" \
    "Returns\n-------\nbool\n    Whether all parties were inside C at one moment.\n\n" \
    "Raises\n------\n" \
    "TypeError, ValueError, OverflowError\n" \
    "    When `timeout` isn't a number, is negative or NaN, or is infinite or too large."

PyDoc_STRVAR(wait_held_doc,
             "wait_held($self, /, timeout)\n--\n\n"
             "Wait inside C for the other parties, holding the GIL.\n\n"
             "On an interpreter with a GIL, two parties that both hold it never meet: the\n"
             "first keeps the second out until it gives up. Ctrl-C has no effect before the "
             "timeout.\n\n" WAIT_DOC);
PyDoc_STRVAR(wait_released_doc,
             "wait_released($self, /, timeout)\n--\n\n"
             "Wait inside C for the other parties, the GIL released.\n\n" WAIT_DOC
             "\nKeyboardInterrupt\n    At Ctrl-C, in the main thread; the party is then gone.");

static PyMethodDef meeting_methods[] = {
    {"wait_held", METHOD(meeting_wait_held), METH_FASTCALL | METH_KEYWORDS, wait_held_doc},
    {"wait_released", METHOD(meeting_wait_released), METH_FASTCALL | METH_KEYWORDS,
     wait_released_doc},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef meeting_getset[] = {
    {"parties", meeting_get_parties, NULL, "How many threads have to be there.", NULL},
    {"_address", meeting_get_address, NULL, "Where the struct meeting lies.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot meeting_slots[] = {
    {Py_tp_doc, SLOT(meeting_doc)},
    {Py_tp_new, SLOT(meeting_new)},
    {Py_tp_dealloc, SLOT(meeting_dealloc)},
    {Py_tp_traverse, SLOT(traverse_type)},
    {Py_tp_methods, meeting_methods},
    {Py_tp_getset, meeting_getset},
    {0, NULL},
};

PyType_Spec meeting_spec = {
    .name = "gilext.Meeting",
    .basicsize = sizeof(struct meeting_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = meeting_slots,
};
