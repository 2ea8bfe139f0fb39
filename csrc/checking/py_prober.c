#include "checking/py_prober.h"

#include "cpython/attachment.h"
#include "cpython/world.h"

/* -- the thread ---------------------------------------------------------------------------- */

static void
note_stall(struct prober *prober, uint64_t stall_ns)
{
    prober->stalls_ns[prober->requests++ % MAX_STALLS] = stall_ns;
    if (stall_ns > prober->longest_stall_ns) {
        prober->longest_stall_ns = stall_ns;
    }
}

static bool
is_kept(const struct call_watch *watch)
{
    return watch->has_gil ? gil_state_holder(&watch->gil) == watch->caller
                          : attachment_is_attached(watch->caller);
}

/* Without a GIL, what the threads of a program wait for is a stop of the world. */
static void
take(struct prober *prober)
{
    struct call_watch *watch = prober->borrowed_watch;
    if (watch->has_gil) {
        requester_take(&prober->requester);
    }
    else {
        world_stop(&watch->gil);
        atomic_fetch_add_explicit(&watch->stops, 1, memory_order_relaxed);
    }
}

static void
give(struct prober *prober)
{
    if (prober->borrowed_watch->has_gil) {
        requester_give(&prober->requester);
    }
    else {
        world_start(&prober->borrowed_watch->gil);
    }
}

static void
request_once(struct prober *prober)
{
    struct call_watch *watch = prober->borrowed_watch;
    /* Acquire: the holder is read after it. Pairs with call_watch_enter_or_leave(). */
    uint64_t requested_in = atomic_load_explicit(&watch->call_serial, memory_order_acquire);
    if (!is_inside(requested_in)) {
        return;
    }
    bool was_held = is_kept(watch);
    uint64_t requested_ns = clock_monotonic_ns();
    take(prober);
    uint64_t granted_ns = clock_monotonic_ns();
    /* Relaxed: the caller counts with the GIL held, and now this thread has it; or the caller is
       attached then, and now it has parked itself. */
    uint64_t granted_in = atomic_load_explicit(&watch->call_serial, memory_order_relaxed);
    /* A caller that gave the GIL away and waits for a core gives nothing away a second time. */
    if (was_held) {
        handovers_note(&prober->handovers, requested_in, granted_in);
    }
    note_stall(prober, granted_ns - requested_ns);
    give(prober);
}

/* A thread that stops the world has to be attached, and detached again before it sleeps. */
static void
request_attached(struct prober *prober)
{
    if (prober->borrowed_watch->has_gil) {
        request_once(prober);
        return;
    }
    requester_take(&prober->requester);
    request_once(prober);
    requester_give(&prober->requester);
}

static void
request_until_stopped(struct looker *looker, void *opaque_prober)
{
    struct prober *prober = opaque_prober;
    if (!requester_open(&prober->requester)) {
        prober->has_no_memory = !runtime_is_finalizing();
        return;
    }
    do {
        if (runtime_is_finalizing()) {
            return;
        }
        request_attached(prober);
    } while (looker_sleep(looker, looker_jitter(looker, prober->interval_ns)));
    requester_close(&prober->requester);
}

/* -- in the thread that makes the calls ----------------------------------------------------- */

/* Raw memory: it may outlive the interpreter. */
struct prober *
prober_start(struct call_watch *watch, uint64_t interval_ns, struct own_requests *own)
{
    struct prober *prober = PyMem_RawCalloc(1, sizeof *prober);
    if (prober == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    prober->borrowed_watch = watch;
    prober->interval_ns = interval_ns;
    prober->requester.interpreter = PyInterpreterState_Get();
    prober->requester.own = own;
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
