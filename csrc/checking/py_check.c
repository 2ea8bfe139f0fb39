/* gilext._native.watch_calls and probe_calls: call a function again and again, and see what it
   does with the GIL. What it means is worked out in gilext/checking/verdict.py. */

#include "arguments.h"
#include "checking/call_watch.h"
#include "checking/py_prober.h"
#include "cpython/attachment.h"
#include "cpython/world.h"
#include "native.h"
#include "os/os_process.h"
#include "os/os_threads.h"
#include "os/run_delay.h"

static const uint64_t PROBED_SAMPLE_INTERVAL_NS = 100000;
static const uint64_t STOP_CHECK_NS = 20000;

/* -- calling ------------------------------------------------------------------------------- */

struct calls {
    PyObject *function;
    PyObject *args;
    PyObject *kwargs;
    uint64_t duration_ns;
    uint64_t interval_ns;
    uint64_t batch_ns; /* for how long the GIL is kept from call to call */
    struct gil gil;
    int64_t process; /* the one that watches: a fork of it has none of the threads */

    uint64_t count;
    uint64_t inside_ns;
    uint64_t longest_ns;
    uint64_t no_core_ns; /* how long the caller could have run and had no core */
};

static bool
is_in_a_fork(const struct calls *calls)
{
    return this_process() != calls->process;
}

static int
make_one_call(struct calls *calls, struct call_watch *watch)
{
    uint64_t start_ns = clock_monotonic_ns();
    call_watch_enter_or_leave(watch);
    PyObject *owned_result = PyObject_Call(calls->function, calls->args, calls->kwargs);
    call_watch_enter_or_leave(watch);
    uint64_t length_ns = clock_monotonic_ns() - start_ns;
    if (owned_result == NULL) {
        return -1;
    }
    Py_DECREF(owned_result);
    if (is_in_a_fork(calls)) {
        PyErr_SetString(PyExc_RuntimeError,
                        "the checked function has forked, and this is the child process, in "
                        "which nothing is measured: end it inside the function");
        return -1;
    }
    calls->count++;
    calls->inside_ns += length_ns;
    calls->longest_ns = length_ns > calls->longest_ns ? length_ns : calls->longest_ns;
    return 0;
}

/* The time in which the thread that watches or probes gets no core shows nothing, and doesn't
   count; but a machine that is busy for ever isn't waited for. */
static bool
is_enough(const struct calls *calls, struct oversleep *oversleep, uint64_t start_ns)
{
    uint64_t now_ns = clock_monotonic_ns();
    uint64_t elapsed_ns = now_ns - start_ns;
    if (elapsed_ns / MAX_STRETCH >= calls->duration_ns) {
        return true;
    }
    return elapsed_ns >= calls->duration_ns + oversleep_until(oversleep, now_ns);
}

/* Between two calls, a thread that wants the GIL gets it, as between two lines of Python. One that
   stops the world looks for detached threads once a millisecond, so it has to be waited for. */
static void
let_others_in(const struct call_watch *watch)
{
    Py_BEGIN_ALLOW_THREADS
    while (!watch->has_gil && world_sample(&watch->gil).is_requested) {
        os_sleep_ns(STOP_CHECK_NS);
    }
    Py_END_ALLOW_THREADS
}

/* Calls that are shorter than a request takes are made in batches, so that it has to be granted
   inside one. */
static int
make_calls(struct calls *calls, struct call_watch *watch, struct prober *prober)
{
    struct oversleep *oversleep = prober ? &prober->looker.oversleep : &watch->looker.oversleep;
    uint64_t start_ns = clock_monotonic_ns();
    uint64_t batch_start_ns = start_ns;
    do {
        if (prober != NULL) {
            handovers_enter_call(&prober->handovers);
        }
        if (make_one_call(calls, watch) < 0) {
            return -1;
        }
        if (prober != NULL) {
            handovers_leave_call(&prober->handovers);
        }
        if (clock_monotonic_ns() - batch_start_ns >= calls->batch_ns) {
            let_others_in(watch);
            batch_start_ns = clock_monotonic_ns();
        }
        if (PyErr_CheckSignals() < 0) {
            return -1;
        }
    } while (!is_enough(calls, oversleep, start_ns));
    return 0;
}

/* What the machine adds to the calls is told apart, by the part of the time that they are. */
static int
make_timed_calls(struct calls *calls, struct call_watch *watch, struct prober *prober)
{
    struct run_delay delay;
    run_delay_open(&delay, PyThread_get_thread_native_id());
    uint64_t before_ns = run_delay_ns(&delay, 0), start_ns = clock_monotonic_ns();
    int outcome = make_calls(calls, watch, prober);
    uint64_t all_ns = clock_monotonic_ns() - start_ns + 1;
    double inside_part = (double)calls->inside_ns / (double)all_ns;
    double no_core_ns = (double)(run_delay_ns(&delay, before_ns) - before_ns);
    calls->no_core_ns = (uint64_t)(no_core_ns * inside_part);
    run_delay_close(&delay);
    return outcome;
}

/* -- what was seen ------------------------------------------------------------------------- */

static PyObject *
window_list(const struct call_watch *watch)
{
    PyObject *owned_list = PyList_New(0);
    for (int i = 0; owned_list != NULL && i < MAX_WINDOWS; i++) {
        const struct call_window *window = &watch->windows[i];
        if (window->samples == 0) {
            continue;
        }
        if (append_owned(owned_list, Py_BuildValue("III", window->samples, window->samples_held,
                                                   window->samples_attached)) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

static PyObject *
watch_results(const struct calls *calls, const struct call_watch *watch)
{
    return Py_BuildValue(
        "{s:K,s:K,s:K,s:K,s:K,s:N,s:K,s:K,s:K,s:N}", "calls", calls->count, "inside_ns",
        calls->inside_ns, "longest_call_ns", calls->longest_ns, "no_core_ns", calls->no_core_ns,
        "samples", watch->samples, "windows", window_list(watch), "longest_hold_ns",
        watch->longest_hold_ns, "seen_cpu_ns", watch->seen_cpu_ns, "unheeded_cpu_ns",
        watch->unheeded_cpu_ns, "knows_attachment", PyBool_FromLong(attachment_is_known()));
}

static PyObject *
probe_results(const struct calls *calls, const struct call_watch *watch,
              const struct prober *prober)
{
    PyObject *owned_results = prober_results(prober);
    PyObject *owned_watched = owned_results == NULL ? NULL : watch_results(calls, watch);
    if (owned_watched == NULL || PyDict_Update(owned_results, owned_watched) < 0) {
        Py_CLEAR(owned_results);
    }
    Py_XDECREF(owned_watched);
    return owned_results;
}

/* -- the functions ------------------------------------------------------------------------- */

static int
parse_calls(PyObject *module, const struct signature *signature, PyObject *const *args,
            Py_ssize_t nargs, PyObject *kwnames, struct calls *calls)
{
    PyObject *values[MAX_ARGUMENTS];
    *calls = (struct calls){.process = this_process()};
    if (bind_arguments(signature, args, nargs, kwnames, values) < 0 ||
        to_nanoseconds(signature, 3, values[3], &calls->duration_ns) < 0 ||
        to_nanoseconds(signature, 4, values[4], &calls->interval_ns) < 0 ||
        (signature->count > 5 && to_nanoseconds(signature, 5, values[5], &calls->batch_ns) < 0)) {
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
    if (gil_state_find(&calls->gil) == GIL_LAYOUT_UNKNOWN) {
        raise_unsupported_interpreter(module, "GIL layout");
        return -1;
    }
    return 0;
}

static struct call_watch *
start_watching(const struct calls *calls, uint64_t interval_ns)
{
    struct call_watch *watch =
        call_watch_new(&calls->gil, gil_state_current_thread(), interval_ns, calls->duration_ns);
    if (watch == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    if (!call_watch_start(watch)) {
        call_watch_free(watch);
        PyErr_SetString(PyExc_RuntimeError, "can't start new thread");
        return NULL;
    }
    return watch;
}

/* In a fork, the threads are those of the parent: there is nothing to join. */
static void
end_watching(const struct calls *calls, struct call_watch *watch, struct prober *prober)
{
    if (!is_in_a_fork(calls)) {
        if (prober != NULL) {
            prober_join(prober);
        }
        call_watch_join(watch);
    }
}

static PyObject *
watch_calls(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const struct signature signature = {
        "watch_calls", 5, 5, {"function", "args", "kwargs", "seconds", "interval"}};
    struct calls calls;
    if (parse_calls(module, &signature, args, nargs, kwnames, &calls) < 0) {
        return NULL;
    }
    struct call_watch *watch = start_watching(&calls, calls.interval_ns);
    if (watch == NULL) {
        return NULL;
    }
    int outcome = make_timed_calls(&calls, watch, NULL);
    end_watching(&calls, watch, NULL);
    PyObject *owned_result = outcome < 0 ? NULL : watch_results(&calls, watch);
    call_watch_free(watch);
    return owned_result;
}

static PyObject *
probe_calls(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const struct signature signature = {
        "probe_calls", 6, 6, {"function", "args", "kwargs", "seconds", "interval", "batch"}};
    struct calls calls;
    if (parse_calls(module, &signature, args, nargs, kwnames, &calls) < 0) {
        return NULL;
    }
    struct call_watch *watch = start_watching(&calls, PROBED_SAMPLE_INTERVAL_NS);
    if (watch == NULL) {
        return NULL;
    }
    PyObject *owned_result = NULL;
    struct own_requests *own = own_requests_of(native_state_of(module));
    struct prober *prober = prober_start(watch, calls.interval_ns, own);
    int outcome = prober == NULL ? -1 : make_timed_calls(&calls, watch, prober);
    end_watching(&calls, watch, prober);
    if (outcome == 0 && prober->has_no_memory) {
        PyErr_NoMemory();
    }
    else if (outcome == 0) {
        owned_result = probe_results(&calls, watch, prober);
    }
    PyMem_RawFree(prober);
    call_watch_free(watch);
    return owned_result;
}

PyDoc_STRVAR(
    watch_calls_doc,
    "watch_calls($module, /, function, args, kwargs, seconds, interval)\n--\n\n"
    "Call a function for that long; count how often it was seen holding the GIL.\n\n"
    "The samples are counted in windows of time, each a triple: all, those that found it\n"
    "held, and those that found the calling thread attached. Without a GIL, the last two\n"
    "are the same; before CPython 3.13, the last is unknown. Samples in which the calling\n"
    "thread waited for a core aren't counted; for how long it did is told, if Linux counts it.");
PyDoc_STRVAR(probe_calls_doc,
             "probe_calls($module, /, function, args, kwargs, seconds, interval, batch)\n--\n\n"
             "As watch_calls, while a native thread requests the GIL at that interval; without a\n"
             "GIL it stops the world. The GIL is kept from call to call for that many seconds.\n\n"
             "Returns besides how long it waited; how many requests, made while a call held the\n"
             "GIL, were granted inside a call, and how many only after it; how many calls granted\n"
             "one in each tenth of their CPU time; how much CPU time they used, how much of it\n"
             "lies between two samples, and how much of that they used with a request pending.");

PyMethodDef check_functions[] = {
    {"watch_calls", METHOD(watch_calls), METH_FASTCALL | METH_KEYWORDS, watch_calls_doc},
    {"probe_calls", METHOD(probe_calls), METH_FASTCALL | METH_KEYWORDS, probe_calls_doc},
    {NULL, NULL, 0, NULL},
};
