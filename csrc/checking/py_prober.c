#include "checking/py_prober.h"

/* -- the thread ---------------------------------------------------------------------------- */

static void
note_stall(struct prober *prober, uint64_t stall_ns)
{
    prober->stalls_ns[prober->requests++ % MAX_STALLS] = stall_ns;
    if (stall_ns > prober->longest_stall_ns) {
        prober->longest_stall_ns = stall_ns;
    }
}

static void
request_once(struct prober *prober, PyThreadState *thread_state)
{
    struct call_watch *watch = prober->borrowed_watch;
    /* Acquire: the holder is read after it. Pairs with call_watch_enter_or_leave(). */
    uint64_t requested_in = atomic_load_explicit(&watch->call_serial, memory_order_acquire);
    if (!is_inside(requested_in)) {
        return;
    }
    bool was_held = gil_state_holder(&watch->gil) == watch->caller;
    uint64_t requested_ns = clock_monotonic_ns();
    PyEval_AcquireThread(thread_state);
    uint64_t granted_ns = clock_monotonic_ns();
    /* Relaxed: the caller counts with the GIL held, and now this thread has it. */
    uint64_t granted_in = atomic_load_explicit(&watch->call_serial, memory_order_relaxed);
    /* A caller that gave the GIL away and waits for a core gives nothing away a second time. */
    if (was_held) {
        handovers_note(&prober->handovers, requested_in, granted_in);
    }
    note_stall(prober, granted_ns - requested_ns);
    PyEval_ReleaseThread(thread_state);
}

/* The thread state is made and deleted in the thread that it is for: deleted elsewhere, it takes
   with it what PyGILState_Ensure() knows of that other thread. While the runtime is finalizing,
   a thread that wants the GIL is ended, so it is left alone. */
static void
request_until_stopped(struct looker *looker, void *opaque_prober)
{
    struct prober *prober = opaque_prober;
    if (runtime_is_finalizing()) {
        return;
    }
    PyThreadState *thread_state = PyThreadState_New(prober->interpreter);
    if (thread_state == NULL) {
        prober->has_no_memory = true;
        return;
    }
    do {
        if (runtime_is_finalizing()) {
            return;
        }
        request_once(prober, thread_state);
    } while (looker_sleep(looker, looker_jitter(looker, prober->interval_ns)));
    if (runtime_is_finalizing()) {
        return;
    }
    PyEval_AcquireThread(thread_state);
    PyThreadState_Clear(thread_state);
    PyThreadState_DeleteCurrent();
}

/* -- in the thread that makes the calls ----------------------------------------------------- */

/* Raw memory: it may outlive the interpreter. */
struct prober *
prober_start(struct call_watch *watch, uint64_t interval_ns)
{
    struct prober *prober = PyMem_RawCalloc(1, sizeof *prober);
    if (prober == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    prober->borrowed_watch = watch;
    prober->interval_ns = interval_ns;
    prober->interpreter = PyInterpreterState_Get();
    handovers_init(&prober->handovers, &watch->core_wait.clock);
    if (!looker_start(&prober->looker, "gilext prober", request_until_stopped, prober)) {
        PyMem_RawFree(prober);
        PyErr_SetString(PyExc_RuntimeError, "can't start new thread");
        return NULL;
    }
    return prober;
}

void
prober_join(struct prober *prober)
{
    Py_BEGIN_ALLOW_THREADS
    looker_join(&prober->looker);
    Py_END_ALLOW_THREADS
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

PyObject *
prober_results(const struct prober *prober)
{
    const struct handovers *handovers = &prober->handovers;
    uint64_t kept = prober->requests < MAX_STALLS ? prober->requests : MAX_STALLS;
    return Py_BuildValue("{s:K,s:K,s:N,s:I,s:I,s:I,s:K,s:N}", "requests", prober->requests,
                         "longest_stall_ns", prober->longest_stall_ns, "stalls_ns",
                         number_list(prober->stalls_ns, (Py_ssize_t)kept), "requested_calls",
                         handovers->requested_calls, "grants", handovers->grants, "refusals",
                         handovers->refusals, "cpu_ns", handovers->cpu_ns, "calls_at",
                         number_list(handovers->calls_at, HANDOVER_PLACES));
}
