/* gilext._native.watch_calls and probe_calls: call a function again and again, and see what it
   does with the GIL meanwhile. What it means is worked out in gilext/checkup.py. */

#include "arguments.h"
#include "checking/call_watch.h"
#include "checking/handovers.h"
#include "native.h"
#include "os/jitter.h"

/* -- calling ----------------------------------------------------------------------------------- */

enum {
    MIN_WAKES = 8,    /* of the watching thread */
    MAX_STRETCH = 8, /* times the duration */
};

struct calls {
    PyObject *function;
    PyObject *args;
    PyObject *kwargs;
    struct handovers *handovers; /* or NULL, where nobody asks for the GIL */
    uint64_t duration_ns;
    uint64_t count;
    uint64_t inside_ns;
    uint64_t longest_ns;
};

static int
make_one_call(struct calls *calls, struct call_watch *watch)
{
    if (calls->handovers != NULL) {
        handovers_enter_call(calls->handovers);
    }
    uint64_t start_ns = clock_monotonic_ns();
    call_watch_enter_or_leave(watch);
    PyObject *owned_result = PyObject_Call(calls->function, calls->args, calls->kwargs);
    call_watch_enter_or_leave(watch);
    uint64_t length_ns = clock_monotonic_ns() - start_ns;
    if (calls->handovers != NULL) {
        handovers_leave_call(calls->handovers);
    }
    if (owned_result == NULL) {
        return -1;
    }
    Py_DECREF(owned_result);
    calls->count++;
    calls->inside_ns += length_ns;
    calls->longest_ns = length_ns > calls->longest_ns ? length_ns : calls->longest_ns;
    return 0;
}

/* The time in which the watching thread gets no core shows nothing, and doesn't count, nor is it
   enough to have been awake once or twice; but a machine that is busy for ever isn't waited for. */
static bool
is_enough(const struct calls *calls, struct call_watch *watch, uint64_t start_ns)
{
    uint64_t now_ns = clock_monotonic_ns();
    uint64_t elapsed_ns = now_ns - start_ns;
    if (elapsed_ns / MAX_STRETCH >= calls->duration_ns) {
        return true;
    }
    return elapsed_ns >= calls->duration_ns + oversleep_until(&watch->oversleep, now_ns) &&
           atomic_load(&watch->oversleep.wakes) >= MIN_WAKES;
}

/* Between two calls, whoever wants the GIL gets it, as between two lines of Python. */
static int
make_calls(struct calls *calls, struct call_watch *watch)
{
    uint64_t start_ns = clock_monotonic_ns();
    do {
        if (make_one_call(calls, watch) < 0) {
            return -1;
        }
        Py_BEGIN_ALLOW_THREADS
        Py_END_ALLOW_THREADS
        if (PyErr_CheckSignals() < 0) {
            return -1;
        }
    } while (!is_enough(calls, watch, start_ns));
    return 0;
}

/* -- probing: a thread that asks for the GIL --------------------------------------------------- */

enum { MAX_REQUESTS = 4096 };

struct prober {
    struct call_watch *watch;
    struct gil gil;
    gil_holder caller;
    PyInterpreterState *interpreter;
    PyThreadState *thread_state;
    os_thread thread;
    uint64_t interval_ns;
    uint64_t random;
    uint32_t count;
    struct handovers handovers;
    uint64_t stalls_ns[MAX_REQUESTS];
};

/* -- asking for the GIL -------------------------------------------------------------------- */

static void
probe_once(struct prober *prober)
{
    struct call_watch *watch = prober->watch;
    uint64_t asked_in = atomic_load_explicit(&watch->turn, memory_order_seq_cst);
    if (!is_inside(asked_in)) {
        return;
    }
    bool was_held = gil_state_holder(&prober->gil) == prober->caller;
    uint64_t asked_ns = clock_monotonic_ns();
    PyEval_AcquireThread(prober->thread_state);
    uint64_t answered_ns = clock_monotonic_ns();
    uint64_t answered_in = atomic_load_explicit(&watch->turn, memory_order_seq_cst);
    /* A caller that gave the GIL away and waits for a core gives nothing away a second time. */
    if (was_held) {
        handovers_note(&prober->handovers, asked_in, answered_in);
    }
    PyEval_ReleaseThread(prober->thread_state);
    prober->stalls_ns[prober->count++] = answered_ns - asked_ns;
}

/* -- the thread that asks ------------------------------------------------------------------ */

/* The thread state is made and deleted in the thread that it is for: deleted elsewhere, it takes
   with it what PyGILState_Ensure() knows of that other thread. */
static void
probe_until_stopped(void *opaque_prober)
{
    struct prober *prober = opaque_prober;
    prober->thread_state = PyThreadState_New(prober->interpreter);
    if (prober->thread_state == NULL) {
        return;
    }
    os_request_low_latency();
    oversleep_note_wakeup(&prober->watch->oversleep);
    while (!atomic_load_explicit(&prober->watch->is_stopping, memory_order_relaxed) &&
           prober->count < MAX_REQUESTS) {
        probe_once(prober);
        oversleep_sleep(&prober->watch->oversleep,
                       jittered_ns(prober->interval_ns, &prober->random));
    }
    PyEval_AcquireThread(prober->thread_state);
    PyThreadState_Clear(prober->thread_state);
    PyThreadState_DeleteCurrent();
}

static PyObject *
number_list(const uint64_t *numbers, Py_ssize_t count)
{
    PyObject *owned_list = PyList_New(count);
    for (Py_ssize_t i = 0; owned_list != NULL && i < count; i++) {
        PyObject *owned_number = PyLong_FromUnsignedLongLong(numbers[i]);
        if (owned_number == NULL) {
            Py_CLEAR(owned_list);
            break;
        }
        PyList_SET_ITEM(owned_list, i, owned_number);
    }
    return owned_list;
}

static PyObject *
request_results(const struct prober *prober)
{
    const struct handovers *handovers = &prober->handovers;
    return Py_BuildValue("{s:I,s:I,s:N,s:N}", "asked_calls", handovers->asked_calls, "answers",
                         handovers->answers, "calls_at",
                         number_list(handovers->calls_at, HANDOVER_PLACES), "stalls_ns",
                         number_list(prober->stalls_ns, (Py_ssize_t)prober->count));
}

/* -- the functions ------------------------------------------------------------------------------ */

static int
parse_calls(const struct signature *signature, PyObject *const *args, Py_ssize_t nargs,
            PyObject *kwnames, struct calls *calls, uint64_t *interval_ns)
{
    PyObject *values[MAX_ARGUMENTS];
    *calls = (struct calls){.count = 0};
    if (bind_arguments(signature, args, nargs, kwnames, values) < 0 ||
        to_nanoseconds(signature, 3, values[3], &calls->duration_ns) < 0 ||
        to_nanoseconds(signature, 4, values[4], interval_ns) < 0) {
        return -1;
    }
    if (!PyTuple_Check(values[1]) || !PyDict_Check(values[2])) {
        PyErr_Format(PyExc_TypeError, "%s() takes a tuple and a dict of arguments",
                     signature->function);
        return -1;
    }
    calls->function = values[0];
    calls->args = values[1];
    calls->kwargs = values[2];
    return 0;
}

static PyObject *
watch_calls(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const struct signature signature = {
        "watch_calls", 5, 5, {"function", "args", "kwargs", "seconds", "interval"}};
    struct calls calls;
    uint64_t interval_ns;
    struct gil gil;
    if (parse_calls(&signature, args, nargs, kwnames, &calls, &interval_ns) < 0) {
        return NULL;
    }
    if (gil_state_find(&gil) == GIL_LAYOUT_UNKNOWN) {
        return raise_unsupported_interpreter(module, "GIL layout");
    }
    struct call_watch watch;
    if (!call_watch_start(&watch, &gil, gil_state_current_thread(), interval_ns)) {
        PyErr_SetString(PyExc_RuntimeError, "can't start new thread");
        return NULL;
    }
    int outcome = make_calls(&calls, &watch);
    call_watch_stop(&watch);
    if (outcome < 0) {
        return NULL;
    }
    return Py_BuildValue("{s:K,s:K,s:K,s:K,s:K,s:K}", "calls", calls.count, "inside_ns",
                         calls.inside_ns, "longest_call_ns", calls.longest_ns, "looks",
                         watch.looks, "looks_held", watch.looks_held, "longest_hold_ns",
                         watch.longest_hold_ns);
}

static PyObject *
probe_calls(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const struct signature signature = {
        "probe_calls", 5, 5, {"function", "args", "kwargs", "seconds", "interval"}};
    struct calls calls;
    struct call_watch watch = {.caller = 0};
    uint64_t interval_ns;
    if (parse_calls(&signature, args, nargs, kwnames, &calls, &interval_ns) < 0) {
        return NULL;
    }
    struct prober *prober = PyMem_Calloc(1, sizeof *prober);
    if (prober == NULL) {
        return PyErr_NoMemory();
    }
    oversleep_init(&watch.oversleep);
    prober->watch = &watch;
    prober->interval_ns = interval_ns;
    prober->random = clock_monotonic_ns() | 1;
    prober->interpreter = PyInterpreterState_Get();
    prober->caller = gil_state_current_thread();
    PyObject *owned_result = NULL;
    if (gil_state_find(&prober->gil) == GIL_LAYOUT_UNKNOWN) {
        raise_unsupported_interpreter(module, "GIL layout");
        goto finally;
    }
    if (!handovers_init(&prober->handovers)) {
        PyErr_SetString(PyExc_RuntimeError, "can't read the CPU time of this thread");
        goto finally;
    }
    calls.handovers = &prober->handovers;
    if (!os_thread_start(&prober->thread, probe_until_stopped, prober)) {
        PyErr_SetString(PyExc_RuntimeError, "can't start new thread");
        goto finally;
    }
    int outcome = make_calls(&calls, &watch);
    atomic_store_explicit(&watch.is_stopping, true, memory_order_relaxed);
    /* It may be waiting for the GIL. */
    Py_BEGIN_ALLOW_THREADS
    os_thread_join(&prober->thread);
    Py_END_ALLOW_THREADS
    if (outcome == 0 && prober->thread_state == NULL) {
        PyErr_NoMemory();
    }
    else if (outcome == 0) {
        owned_result = request_results(prober);
    }
finally:
    PyMem_Free(prober);
    return owned_result;
}

PyDoc_STRVAR(watch_calls_doc,
             "watch_calls($module, /, function, args, kwargs, seconds, interval)\n--\n\n"
             "Call a function for so long; count how often it was seen holding the GIL.");
PyDoc_STRVAR(probe_calls_doc,
             "probe_calls($module, /, function, args, kwargs, seconds, interval)\n--\n\n"
             "Call a function for so long, while a native thread asks for the GIL now and then.\n\n"
             "Returns in how many calls it asked while they held the GIL, how often one answered\n"
             "before it ended, how many did so in each tenth of their CPU time, and for how many\n"
             "nanoseconds it waited each time.");

PyMethodDef check_functions[] = {
    {"watch_calls", METHOD(watch_calls), METH_FASTCALL | METH_KEYWORDS, watch_calls_doc},
    {"probe_calls", METHOD(probe_calls), METH_FASTCALL | METH_KEYWORDS, probe_calls_doc},
    {NULL, NULL, 0, NULL},
};
