/* gilext._native.Sampler: the sampling thread as an object. What the samples mean is worked out
   in gilext/recording/. */

#include "recording/py_sampler.h"

#include "arguments.h"
#include "cpython/frame_state.h"
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
    struct sampler *sampler = ((struct sampler_object *)self)->sampler;
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
    static char *names[] = {"interval", "budget", "stall", "memory", "window",
                            "lines",    "waits",  "own",   "file",   NULL};
    static const struct signature signature = {
        "Sampler",
        4,
        9,
        {"interval", "budget", "stall", "memory", "window", "lines", "waits", "own", "file"}};
    PyObject *borrowed[5] = {NULL}, *borrowed_file = NULL;
    int lines = true, waits = true, counts_own = false;
    struct sampling sampling = {.window_ns = 0};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OOOO|OpppO:Sampler", names, &borrowed[0],
                                     &borrowed[1], &borrowed[2], &borrowed[3], &borrowed[4], &lines,
                                     &waits, &counts_own, &borrowed_file) ||
        to_nanoseconds(&signature, 0, borrowed[0], &sampling.interval_ns) < 0 ||
        to_nanoseconds(&signature, 1, borrowed[1], &sampling.budget_ns) < 0 ||
        to_nanoseconds(&signature, 2, borrowed[2], &sampling.stall_ns) < 0 ||
        to_uint64(&signature, 3, borrowed[3], 0, INT64_MAX, &sampling.memory) < 0 ||
        (borrowed[4] != NULL &&
         to_nanoseconds(&signature, 4, borrowed[4], &sampling.window_ns) < 0)) {
        return NULL;
    }
    sampling.takes_stacks = lines != 0;
    sampling.ignores_waiters = waits == 0;
    sampling.knows_frames = frame_state_is_known();
    struct native_state *state = PyType_GetModuleState(type);
    sampling.own = counts_own ? NULL : own_requests_of(state);
    if (gil_state_find(&sampling.gil) == GIL_LAYOUT_UNKNOWN) {
        return raise_unsupported_interpreter(PyType_GetModule(type), "GIL layout");
    }
    sampling.sees_requests = gil_state_can_see_requests();
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL && make_sampler(self, &sampling, borrowed_file) < 0) {
        Py_CLEAR(self);
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
    if (((struct sampler_object *)self)->sampler == NULL) {
        return; /* making it has failed */
    }
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
    free_sampler(self);
    type->tp_free(self);
    Py_DECREF(type);
}

bool
sees_waiters(PyObject *self)
{
    const struct sampler *sampler = get_sampler(self);
    if (((struct sampler_object *)self)->is_read) {
        return sampler->counts_waiters;
    }
    return !sampler->sampling.ignores_waiters &&
           counts_waiters(PyType_GetModuleState(Py_TYPE(self)));
}

PyObject *
sampler_result(enum sampler_outcome outcome)
{
    if (outcome == SAMPLER_STARTED) {
        Py_RETURN_NONE;
    }
    PyErr_SetString(PyExc_RuntimeError, outcome == SAMPLER_REFUSED
                                            ? "can't start new thread"
                                            : "the sampler was started already");
    return NULL;
}

static PyObject *
sampler_method_start(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = get_sampler(self);
    enum sampler_outcome outcome;
    bool knows_waiters = sees_waiters(self);
    Py_BEGIN_ALLOW_THREADS
    outcome = sampler_start(sampler, knows_waiters);
    Py_END_ALLOW_THREADS
    if (outcome == SAMPLER_STARTED) {
        sampler_sample(sampler);
    }
    return sampler_result(outcome);
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
sampler_get_knows_frames(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(get_sampler(self)->sampling.knows_frames);
}

static PyObject *
sampler_get_counts_waiters(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(sees_waiters(self));
}

static PyObject *
sampler_get_names_waiters(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(get_sampler(self)->waiters.is_on);
}

static PyObject *
sampler_get_sees_waits(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(sees_waiters(self) || get_sampler(self)->sampling.sees_requests);
}

/* -- the module's part ------------------------------------------------------------------------ */

PyDoc_STRVAR(
    sampler_doc,
    "Sampler(interval, budget, stall, memory, window=0.0, lines=True, waits=True, "
    "own=False, file=None)\n--\n\n"
    "A native thread that samples the GIL, never takes it, and records the holds.\n\n"
    "Its buffer, once it has stopped, is the holds that were kept, in order, as struct's\n"
    "'@QQQiI': start and end in nanoseconds of the monotonic clock, what other threads\n"
    "waited in it, together, the holder's index, and flags: 1, somebody waited for the GIL\n"
    "in it; 2, before that, or at an end, samples lay too far apart to tell.\n"
    "Without the first flag a hold is an upper bound: found held each time.\n\n"
    "Parameters\n----------\n"
    "interval : float\n    Mean seconds between two samples.\n"
    "budget : float\n    The part of one core that samples may take while all cores are busy;\n"
    "    0: as much as the interval needs.\n"
    "stall : float\n    A hold is a stall if somebody had to wait for that many seconds of\n"
    "    it; 0: none is.\n"
    "memory : int\n    Bytes for the holds one by one and for the stacks of stalls.\n"
    "window : float\n    The seconds that `window()` looks back on; 0: none.\n"
    "lines : bool\n    Whether to take the holders' stacks.\n"
    "waits : bool\n    Whether to count the threads that wait, if that can be done.\n"
    "own : bool\n    Whether to count those of gilext itself among them.\n"
    "file : str, bytes or path-like, optional\n    A file that is its memory, so that it outlives\n"
    "    the process; one of that name is replaced.\n\n"
    "Raises\n------\n"
    "OSError\n    If the file can't be made.\n"
    "UnsupportedInterpreter\n    If the layout of this interpreter's GIL is unknown.");
PyDoc_STRVAR(start_doc, "start($self)\n--\n\nStart the thread; possible once.");
PyDoc_STRVAR(stop_doc,
             "stop($self)\n--\n\n"
             "End the recording now, and wait until the thread has stopped. A second call, from\n"
             "any thread, waits for the first.");
PyDoc_STRVAR(totals_doc, "totals($self)\n--\n\nWhat it saw so far, summed up.");
PyDoc_STRVAR(
    window_doc,
    "window($self)\n--\n\n"
    "What it saw in the window that ends now, summed up, and the longest hold and wait that\n"
    "ended there or go on; None if it was made without a window, or hasn't begun.");
PyDoc_STRVAR(
    threads_doc,
    "threads($self)\n--\n\n"
    "Those that held the GIL or waited for it: ident, native id, held ns, holds, longest hold\n"
    "in ns, ns that other threads waited meanwhile, ns that it waited itself, its longest wait\n"
    "in ns that is certain.\n\n"
    "About a thousand are kept one by one. If there were more, the last row is those that\n"
    "had ended, or did so least, all together: its ident is how many they are, and its native\n"
    "id is 0.");
PyDoc_STRVAR(longest_doc, "longest($self)\n--\n\n"
                          "The longest holds: start, end, ns waited, holder's index, flags.");
PyDoc_STRVAR(stalls_doc,
             "stalls($self)\n--\n\n"
             "The stalls, in order, as `longest()` has them: each is the part of a hold in which\n"
             "somebody waited.");
PyDoc_STRVAR(histogram_doc, "histogram($self)\n--\n\n"
                            "How many holds lasted 2**i to 2**(i + 1) nanoseconds, for each i.");
PyDoc_STRVAR(
    stacks_doc,
    "stacks($self)\n--\n\n"
    "The stacks that held the GIL, each that differs once: the holder's index; the frames'\n"
    "numbers, the innermost first; the C function that the innermost called, or None; held\n"
    "ns; the same without what no sample has seen; that times how many threads waited;\n"
    "holds; the longest of these in ns; without a GIL, ns for which it was attached, and the same\n"
    "without what no sample has seen.");
PyDoc_STRVAR(
    note_collection_doc,
    "note_collection($self, phase, info, /)\n--\n\n"
    "A callback for `gc.callbacks`: while its thread collects garbage, its stacks say so.");
PyDoc_STRVAR(
    moments_doc,
    "moments($self)\n--\n\n"
    "When stacks were taken in holds that may be stalls: the time, the stack's index, and the\n"
    "name of the asyncio task that ran it, or None.");
PyDoc_STRVAR(
    victims_doc,
    "victims($self)\n--\n\n"
    "Who waited in holds that may be stalls: since when at the latest, until when at least,\n"
    "the thread's index, and that of its stack, or None.");
PyDoc_STRVAR(waits_doc,
             "waits($self)\n--\n\n"
             "Who waited while a stack held the GIL, as far as that could be told: the stack's\n"
             "index, the thread's, ns.");
PyDoc_STRVAR(
    frames_doc,
    "frames($self)\n--\n\n"
    "The frames in stacks: file, line, function; and of what it was evaluating the last line,\n"
    "and the first and the last column, as PEP 657 has them: all 0 if unknown. '<truncated>'\n"
    "stands for what is further out than 256 frames.");
PyDoc_STRVAR(
    set_watchdog_doc,
    "set_watchdog($self, threshold, descriptor, json, keep, /)\n--\n\n"
    "Write to a file descriptor, or to none if it is -1, while somebody waits for as many\n"
    "seconds; keep what has ended for next_stall(). Once, before start().");
PyDoc_STRVAR(name_threads_doc,
             "name_threads($self, threads, /)\n--\n\n"
             "Let the watchdog call threads by their names: a list of ident, native id, name.");
PyDoc_STRVAR(
    next_stall_doc,
    "next_stall($self)\n--\n\n"
    "Wait for a stall to end, and return what was seen of it; None as soon as the sampler\n"
    "has stopped and all were returned.");

PyDoc_STRVAR(
    activity_doc,
    "activity($self)\n--\n\n"
    "What the threads did: the length of a bucket of time in ns; for buckets and threads, if it\n"
    "isn't nothing, the thread's index, the bucket's, CPU time and waited time in ns; and the\n"
    "CPU time of each thread in ns, in the order of threads(), None if it is unknown. None if\n"
    "it can't be read on this system.");

PyDoc_STRVAR(
    attached_doc,
    "attached($self)\n--\n\n"
    "What was seen while there was no GIL: for how long, summed up; and of each thread, in the\n"
    "order of threads(), ns for which it was attached, how often two samples differed, and the\n"
    "squares of the distances of these.");
PyDoc_STRVAR(
    pauses_doc,
    "pauses($self)\n--\n\n"
    "How many stops of the world were seen, and the longest of them: when it was first seen asked\n"
    "for; when first seen standing still, or last seen asked for; when last seen standing still,\n"
    "or 0; the index of the thread that asked, and of its stack, or None; and of the threads that\n"
    "were attached still, until when they were, and the same.");

PyDoc_STRVAR(write_note_doc,
             "write_note($self, key, value, /)\n--\n\n"
             "Append a note, a str and bytes, to the file; return whether there is one that had\n"
             "room for it.");

PyDoc_STRVAR(record_until_doc,
             "record_until($self, descriptor, seconds, /)\n--\n\n"
             "Start, and stop when a file descriptor has something to read, nobody is left who\n"
             "could write to it, or after so many seconds. The calling thread isn't attached\n"
             "meanwhile, before its start and until after its end, so that it has no part in what\n"
             "is recorded; and it takes no signals any more.");

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
    {"note_collection", (PyCFunction)(void (*)(void))sampler_note_collection, METH_FASTCALL,
     note_collection_doc},
    {"moments", sampler_moments, METH_NOARGS, moments_doc},
    {"victims", sampler_victims, METH_NOARGS, victims_doc},
    {"waits", sampler_waits, METH_NOARGS, waits_doc},
    {"frames", sampler_frames, METH_NOARGS, frames_doc},
    {"activity", sampler_activity, METH_NOARGS, activity_doc},
    {"attached", sampler_attached, METH_NOARGS, attached_doc},
    {"pauses", sampler_pauses, METH_NOARGS, pauses_doc},
    {"set_watchdog", sampler_set_watchdog, METH_VARARGS, set_watchdog_doc},
    {"name_threads", sampler_name_threads, METH_O, name_threads_doc},
    {"next_stall", sampler_next_stall, METH_NOARGS, next_stall_doc},
    {"write_note", sampler_write_note, METH_VARARGS, write_note_doc},
    {"record_until", sampler_record_until, METH_VARARGS, record_until_doc},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef sampler_getset[] = {
    {"is_running", sampler_get_is_running, NULL, "Whether the thread runs.", NULL},
    {"knows_frames", sampler_get_knows_frames, NULL, "Whether it can tell stacks.", NULL},
    {"counts_waiters", sampler_get_counts_waiters, NULL,
     "Whether it can tell how many threads wait for the GIL.", NULL},
    {"names_waiters", sampler_get_names_waiters, NULL,
     "Whether it can tell, once it was started, which threads wait for the GIL.", NULL},
    {"collections", sampler_get_collections, NULL,
     "How many runs of the garbage collector ended; None if it takes no stacks.", NULL},
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
