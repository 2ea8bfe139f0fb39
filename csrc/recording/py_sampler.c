/* gilext._native.Sampler: the sampling thread as an object. What the samples mean is worked out
   in gilext/recording/. */

#include "recording/py_sampler.h"

#include "arguments.h"
#include "cpython/frame_state.h"
#include "os/condition_waiters.h"
#include "os/os_process.h"

/* Without a GIL, two threads of the child may come here at once. */
static void
notice_fork(PyObject *self, struct sampler *sampler)
{
#ifdef Py_GIL_DISABLED
    Py_BEGIN_CRITICAL_SECTION(self);
#endif
    if (atomic_load_explicit(&sampler->process, memory_order_acquire) != this_process()) {
        sampler_forget(sampler);
    }
#ifdef Py_GIL_DISABLED
    Py_END_CRITICAL_SECTION();
#endif
    (void)self;
}

struct sampler *
get_sampler(PyObject *self)
{
    struct sampler *sampler = &((struct sampler_object *)self)->sampler;
    if (atomic_load_explicit(&sampler->process, memory_order_acquire) != this_process()) {
        notice_fork(self, sampler);
    }
    return sampler;
}

bool
is_at_rest(const struct sampler *sampler)
{
    enum sampler_state state = sampler_get_state(sampler);
    return state == SAMPLER_NEW || state == SAMPLER_STOPPED;
}

struct sampler *
get_sampler_at_rest(PyObject *self)
{
    struct sampler *sampler = get_sampler(self);
    if (!is_at_rest(sampler)) {
        PyErr_SetString(PyExc_RuntimeError, "the sampler is running");
        return NULL;
    }
    return sampler;
}

/* -- life ------------------------------------------------------------------------------------ */

static PyObject *
sampler_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"interval", "busy_interval", "stall", "memory", "window", NULL};
    static const struct signature signature = {
        "Sampler", 4, 5, {"interval", "busy_interval", "stall", "memory", "window"}};
    PyObject *borrowed[5] = {NULL};
    struct sampling sampling = {.window_ns = 0};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOOO|O:Sampler", names, &borrowed[0],
                                     &borrowed[1], &borrowed[2], &borrowed[3], &borrowed[4]) ||
        to_nanoseconds(&signature, 0, borrowed[0], &sampling.interval_ns) < 0 ||
        to_nanoseconds(&signature, 1, borrowed[1], &sampling.busy_interval_ns) < 0 ||
        to_nanoseconds(&signature, 2, borrowed[2], &sampling.stall_ns) < 0 ||
        to_uint64(&signature, 3, borrowed[3], 0, INT64_MAX, &sampling.memory) < 0 ||
        (borrowed[4] != NULL &&
         to_nanoseconds(&signature, 4, borrowed[4], &sampling.window_ns) < 0)) {
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
stop_and_wait(struct sampler *sampler)
{
    sampler_end_recording(sampler);
    Py_BEGIN_ALLOW_THREADS
    sampler_stop(sampler);
    Py_END_ALLOW_THREADS
}

/* Waiting for a thread lets other threads run, which no tp_dealloc should: in a finalizer the
   object still is one. */
static void
sampler_finalize(PyObject *self)
{
    struct sampler *sampler = get_sampler(self);
    if (!is_at_rest(sampler)) {
        stop_and_wait(sampler);
    }
}

static void
sampler_dealloc(PyObject *self)
{
    if (PyObject_CallFinalizerFromDealloc(self) < 0) {
        return; /* somebody has taken hold of it */
    }
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    sampler_destroy(get_sampler(self));
    type->tp_free(self);
    Py_DECREF(type);
}

/* Tried once in a module: it starts two threads. */
static bool
counts_waiters(PyObject *self)
{
    struct native_state *state = PyType_GetModuleState(Py_TYPE(self));
    int knows = atomic_load_explicit(&state->knows_waiters, memory_order_relaxed);
    if (knows == 0) {
        bool is_known;
        Py_BEGIN_ALLOW_THREADS
        is_known = condition_waiters_are_known();
        Py_END_ALLOW_THREADS
        knows = is_known ? 1 : -1;
        atomic_store_explicit(&state->knows_waiters, knows, memory_order_relaxed);
    }
    return knows > 0;
}

static PyObject *
sampler_method_start(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = get_sampler(self);
    enum sampler_outcome outcome;
    bool knows_waiters = counts_waiters(self);
    Py_BEGIN_ALLOW_THREADS
    outcome = sampler_start(sampler, knows_waiters);
    Py_END_ALLOW_THREADS
    if (outcome == SAMPLER_USED_BEFORE) {
        PyErr_SetString(PyExc_RuntimeError, "the sampler was started already");
        return NULL;
    }
    if (outcome == SAMPLER_REFUSED) {
        PyErr_SetString(PyExc_RuntimeError, "can't start new thread");
        return NULL;
    }
    sampler_sample(sampler);
    Py_RETURN_NONE;
}

/* A second call waits until the first is done. */
static PyObject *
sampler_method_stop(PyObject *self, PyObject *Py_UNUSED(none))
{
    stop_and_wait(get_sampler(self));
    Py_RETURN_NONE;
}

static PyObject *
sampler_get_is_running(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(!is_at_rest(get_sampler(self)));
}

static PyObject *
sampler_get_knows_frames(PyObject *Py_UNUSED(self), void *Py_UNUSED(closure))
{
    return PyBool_FromLong(frame_state_is_known());
}

static PyObject *
sampler_get_sees_waits(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(counts_waiters(self) || gil_state_can_see_requests());
}

/* -- the module's part ------------------------------------------------------------------------ */

PyDoc_STRVAR(
    sampler_doc,
    "Sampler(interval, busy_interval, stall, memory, window=0.0)\n--\n\n"
    "A native thread that samples the GIL, never takes it, and records the holds.\n\n"
    "Its buffer, once it has stopped, is the holds that were kept, in order, as struct's\n"
    "'@QQiI': start and end in nanoseconds of the monotonic clock, the holder's index,\n"
    "and flags: 1, somebody waited for the GIL in it; 2, before that, or at an end, samples\n"
    "lay too far apart to tell.\n"
    "Without the first flag a hold is an upper bound: found held each time.\n\n"
    "Parameters\n----------\n"
    "interval : float\n    Mean seconds between two samples.\n"
    "busy_interval : float\n    The same while samples take a core from the program.\n"
    "stall : float\n    A hold is a stall if somebody had to wait for that many seconds of\n"
    "    it; 0: none is.\n"
    "memory : int\n    Bytes for the holds one by one and for the stacks of stalls.\n"
    "window : float\n    The seconds that `window()` looks back on; 0: none.\n\n"
    "Raises\n------\n"
    "UnsupportedInterpreter\n    If the layout of this interpreter's GIL is unknown.");
PyDoc_STRVAR(start_doc, "start($self)\n--\n\nStart the thread; possible once.");
PyDoc_STRVAR(stop_doc,
             "stop($self)\n--\n\n"
             "End the recording now, and wait until the thread has stopped. A second call, from\n"
             "any thread, waits for the first.");
PyDoc_STRVAR(totals_doc, "totals($self)\n--\n\nWhat it saw so far, summed up.");
PyDoc_STRVAR(window_doc,
             "window($self)\n--\n\n"
             "What it saw in the window that ends now, summed up, and the longest hold that ended\n"
             "there or goes on; None if it was made without a window, or hasn't begun.");
PyDoc_STRVAR(
    threads_doc,
    "threads($self)\n--\n\n"
    "The holders: ident, native id, held ns, holds, longest hold in ns.\n\n"
    "About a thousand are kept one by one. If there were more, the last row is those that\n"
    "had ended, or held the GIL least, all together; totals() says how many they are.");
PyDoc_STRVAR(longest_doc, "longest($self)\n--\n\n"
                          "The longest holds: start, end, holder's index, flags.");
PyDoc_STRVAR(stalls_doc,
             "stalls($self)\n--\n\n"
             "The stalls, in order, as `longest()` has them: each is the part of a hold in which\n"
             "somebody waited.");
PyDoc_STRVAR(histogram_doc, "histogram($self)\n--\n\n"
                            "How many holds lasted 2**i to 2**(i + 1) nanoseconds, for each i.");
PyDoc_STRVAR(stacks_doc,
             "stacks($self)\n--\n\n"
             "The holders' stacks in long holds: start of the hold, when taken, frames' numbers.");
PyDoc_STRVAR(
    frames_doc,
    "frames($self)\n--\n\n"
    "The frames in stacks: file, line, function. '<truncated>' stands for what is further\n"
    "out than 256 frames.");

static PyMethodDef sampler_methods[] = {
    {"start", sampler_method_start, METH_NOARGS, start_doc},
    {"stop", sampler_method_stop, METH_NOARGS, stop_doc},
    {"totals", sampler_totals, METH_NOARGS, totals_doc},
    {"window", sampler_window, METH_NOARGS, window_doc},
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
    {"sees_waits", sampler_get_sees_waits, NULL,
     "Whether it can tell that somebody waits for the GIL; if not, it sees no stalls.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot sampler_slots[] = {
    {Py_tp_doc, SLOT(sampler_doc)},
    {Py_tp_new, SLOT(sampler_new)},
    {Py_tp_dealloc, SLOT(sampler_dealloc)},
    {Py_tp_finalize, SLOT(sampler_finalize)},
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
