/* gilext._native.Sampler: the sampling thread as an object. What the samples mean is worked out
   in gilext/recording.py. */

#include "recording/py_sampler.h"

#include "arguments.h"
#include "cpython/frame_state.h"

struct sampler *
sampler_of(PyObject *self)
{
    struct sampler *sampler = &((struct sampler_object *)self)->sampler;
    sampler_notice_fork(sampler);
    return sampler;
}

struct sampler *
stopped_sampler_of(PyObject *self)
{
    struct sampler *sampler = sampler_of(self);
    if (sampler->is_running) {
        PyErr_SetString(PyExc_RuntimeError, "the sampler is running");
        return NULL;
    }
    return sampler;
}

/* -- life ------------------------------------------------------------------------------------ */

static PyObject *
sampler_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"interval", "busy_interval", "stall", "memory", NULL};
    static const struct signature signature = {
        "Sampler", 4, 4, {"interval", "busy_interval", "stall", "memory"}};
    PyObject *borrowed[4];
    struct sampling sampling;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOOO:Sampler", names, &borrowed[0],
                                     &borrowed[1], &borrowed[2], &borrowed[3]) ||
        to_nanoseconds(&signature, 0, borrowed[0], &sampling.interval_ns) < 0 ||
        to_nanoseconds(&signature, 1, borrowed[1], &sampling.busy_interval_ns) < 0 ||
        to_nanoseconds(&signature, 2, borrowed[2], &sampling.stall_ns) < 0 ||
        to_uint64(&signature, 3, borrowed[3], 0, INT64_MAX, &sampling.memory) < 0) {
        return NULL;
    }
    if (gil_state_find(&sampling.gil) == GIL_LAYOUT_UNKNOWN) {
        return raise_unsupported_interpreter(PyType_GetModule(type), "GIL layout");
    }
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL) {
        sampler_init(&((struct sampler_object *)self)->sampler, &sampling);
    }
    return self;
}

static void
sampler_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    struct sampler *sampler = sampler_of(self);
    sampler_stop(sampler);
    sampler_destroy(sampler);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
sampler_method_start(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler_object *object = (struct sampler_object *)self;
    if (object->was_started) {
        PyErr_SetString(PyExc_RuntimeError, "the sampler was started already");
        return NULL;
    }
    object->was_started = true;
    if (!sampler_start(sampler_of(self))) {
        PyErr_SetString(PyExc_RuntimeError, "can't start new thread");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
sampler_method_stop(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = sampler_of(self);
    Py_BEGIN_ALLOW_THREADS
    sampler_stop(sampler);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyObject *
sampler_get_is_running(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(sampler_of(self)->is_running);
}

static PyObject *
sampler_get_knows_frames(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyBool_FromLong(frame_state_is_known());
}

/* -- the module's part ------------------------------------------------------------------------ */

PyDoc_STRVAR(sampler_doc,
             "Sampler(interval, busy_interval, stall, memory)\n--\n\n"
             "A native thread that looks at the GIL, never takes it, and records the holds.\n\n"
             "Its buffer, once it has stopped, is the holds that were kept, in order: start and end\n"
             "in nanoseconds of the monotonic clock and the holder's index, as struct's '@QQiI'.\n\n"
             "Parameters\n----------\n"
             "interval : float\n    Mean seconds between two looks.\n"
             "busy_interval : float\n    The same while looks take a core from the program.\n"
             "stall : float\n    A hold of so many seconds is a stall; 0: none is.\n"
             "memory : int\n    Bytes for the holds one by one and for the stacks of stalls.\n\n"
             "Raises\n------\n"
             "UnsupportedInterpreter\n    When the layout of this interpreter's GIL is unknown.");
PyDoc_STRVAR(start_doc, "start($self)\n--\n\nStart the thread; possible once.");
PyDoc_STRVAR(stop_doc, "stop($self)\n--\n\nStop the thread, if it runs, and close its last hold.");
PyDoc_STRVAR(totals_doc, "totals($self)\n--\n\nWhat it saw so far, summed up.");
PyDoc_STRVAR(pop_longest_hold_doc, "pop_longest_hold($self)\n--\n\n"
             "Nanoseconds of the longest hold since the last call of this, the open one included.");
PyDoc_STRVAR(threads_doc, "threads($self)\n--\n\n"
             "The holders: ident, native id, held ns, holds, longest hold in ns.");
PyDoc_STRVAR(longest_doc, "longest($self)\n--\n\nThe longest holds: start, end, holder's index.");
PyDoc_STRVAR(stalls_doc, "stalls($self)\n--\n\nThe stalls, in order, as `longest()` has them.");
PyDoc_STRVAR(histogram_doc, "histogram($self)\n--\n\n"
             "How many holds lasted 2**i to 2**(i + 1) nanoseconds, for each i.");
PyDoc_STRVAR(stacks_doc, "stacks($self)\n--\n\n"
             "The holders' stacks in stalls: start of the hold, when taken, frames' numbers.");
PyDoc_STRVAR(frames_doc, "frames($self)\n--\n\nThe frames in stacks: file, line, function.");

static PyMethodDef sampler_methods[] = {
    {"start", sampler_method_start, METH_NOARGS, start_doc},
    {"stop", sampler_method_stop, METH_NOARGS, stop_doc},
    {"totals", sampler_totals, METH_NOARGS, totals_doc},
    {"pop_longest_hold", sampler_pop_longest_hold, METH_NOARGS, pop_longest_hold_doc},
    {"threads", sampler_threads, METH_NOARGS, threads_doc},
    {"longest", sampler_longest, METH_NOARGS, longest_doc},
    {"stalls", sampler_stalls, METH_NOARGS, stalls_doc},
    {"histogram", sampler_histogram, METH_NOARGS, histogram_doc},
    {"stacks", sampler_stacks, METH_NOARGS, stacks_doc},
    {"frames", sampler_frames, METH_NOARGS, frames_doc},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef sampler_getset[] = {
    {"is_running", sampler_get_is_running, NULL, "Whether the thread runs.", NULL},
    {"knows_frames", sampler_get_knows_frames, NULL, "Whether it can tell stacks.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot sampler_slots[] = {
    {Py_tp_doc, SLOT(sampler_doc)},
    {Py_tp_new, SLOT(sampler_new)},
    {Py_tp_dealloc, SLOT(sampler_dealloc)},
    {Py_tp_traverse, SLOT(traverse_type)},
    {Py_tp_methods, sampler_methods},
    {Py_tp_getset, sampler_getset},
    {Py_bf_getbuffer, SLOT(sampler_get_buffer)},
    {0, NULL},
};

PyType_Spec sampler_spec = {
    .name = "gilext._native.Sampler",
    .basicsize = sizeof(struct sampler_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = sampler_slots,
};
