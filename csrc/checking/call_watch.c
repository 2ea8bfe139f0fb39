#include "checking/call_watch.h"

#include <stdlib.h>

#include "cpython/attachment.h"
#include "cpython/world.h"

static bool
is_same_call(const struct call_sample *one, const struct call_sample *other)
{
    return one->serial_before == other->serial_before;
}

/* Held at two samples of one call is one hold if no other thread had the GIL between them. */
static bool
is_same_hold(const struct call_sample *one, const struct call_sample *other)
{
    return is_same_call(one, other) && one->is_held && other->is_held &&
           one->switches == other->switches;
}

static void
note_hold(struct call_watch *watch, const struct call_sample *sample)
{
    if (!is_same_hold(&watch->last, sample)) {
        watch->hold_first_ns = sample->time_ns;
    }
    uint64_t seen_ns = sample->time_ns - watch->hold_first_ns;
    if (seen_ns > watch->longest_hold_ns) {
        watch->longest_hold_ns = seen_ns;
    }
}

/* Python code grants a request within microseconds of its own CPU time, however late the threads
   around it run; code that holds the GIL uses up the rest of its call. */
static void
note_request(struct call_watch *watch, const struct call_sample *sample)
{
    const struct call_sample *last = &watch->last;
    if (!is_same_call(last, sample)) {
        return;
    }
    uint64_t cpu_ns = sample->cpu_ns - last->cpu_ns;
    watch->seen_cpu_ns += cpu_ns;
    if (is_same_hold(last, sample) && last->is_requested && sample->is_requested) {
        watch->unheeded_cpu_ns += cpu_ns;
    }
}

static struct call_window *
window_at(struct call_watch *watch, uint64_t time_ns)
{
    uint64_t index = (time_ns - watch->start_ns) / watch->window_ns;
    return &watch->windows[index < MAX_WINDOWS ? index : MAX_WINDOWS - 1];
}

void
call_watch_note(struct call_watch *watch, const struct call_sample *sample)
{
    if (sample->serial_before != sample->serial_after || !is_inside(sample->serial_before)) {
        return;
    }
    if (sample->is_held) {
        note_hold(watch, sample);
    }
    note_request(watch, sample);
    watch->last = *sample;
    if (!sample->is_core_awaited) {
        struct call_window *window = window_at(watch, sample->time_ns);
        watch->samples++;
        window->samples++;
        window->samples_held += sample->is_held;
        window->samples_attached += sample->is_attached;
    }
}

static void
see_caller(struct call_watch *watch, struct call_sample *sample)
{
    sample->is_attached = attachment_is_attached(watch->caller);
    if (watch->has_gil) {
        sample->switches = gil_state_switches(&watch->gil);
        sample->is_held = gil_state_holder(&watch->gil) == watch->caller;
        sample->is_requested =
            sample->is_held && gil_state_is_requested(&watch->gil, watch->caller);
    }
    else {
        /* Relaxed: two samples with the same number have no whole stop between them. */
        sample->switches = atomic_load_explicit(&watch->stops, memory_order_relaxed);
        sample->is_held = sample->is_attached;
        sample->is_requested = sample->is_held && world_waits_for(watch->caller);
    }
}

static void
take_sample(struct call_watch *watch)
{
    struct call_sample sample;
    /* Acquire: the GIL is read after it. Both loads pair with call_watch_enter_or_leave(). */
    sample.serial_before = atomic_load_explicit(&watch->call_serial, memory_order_acquire);
    see_caller(watch, &sample);
    sample.cpu_ns = thread_clock_ns(&watch->core_wait.clock);
    sample.is_core_awaited =
        core_wait_is_waiting(&watch->core_wait, watch->last_cpu_ns, sample.cpu_ns);
    sample.time_ns = clock_monotonic_ns();
    /* An acquire load alone would let the loads above sink below it. */
    atomic_thread_fence(memory_order_acquire);
    sample.serial_after = atomic_load_explicit(&watch->call_serial, memory_order_relaxed);
    watch->last_cpu_ns = sample.cpu_ns;
    call_watch_note(watch, &sample);
}

static void
sample_until_stopped(struct looker *looker, void *opaque_watch)
{
    struct call_watch *watch = opaque_watch;
    while (!runtime_is_finalizing()) {
        take_sample(watch);
        if (!looker_sleep(looker, looker_jitter(looker, watch->interval_ns))) {
            return;
        }
    }
}

struct call_watch *
call_watch_new(const struct gil *gil, gil_holder caller, uint64_t interval_ns, uint64_t duration_ns)
{
    struct call_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL) {
        return NULL;
    }
    if (!core_wait_open(&watch->core_wait)) {
        free(watch);
        return NULL;
    }
    watch->gil = *gil;
    watch->has_gil = gil_state_is_enabled(gil);
    watch->caller = caller;
    watch->interval_ns = interval_ns;
    watch->start_ns = clock_monotonic_ns();
    watch->window_ns = duration_ns / WINDOWS_PER_DURATION + 1;
    atomic_init(&watch->call_serial, 0);
    atomic_init(&watch->stops, 0);
    return watch;
}

bool
call_watch_start(struct call_watch *watch)
{
    return looker_start(&watch->looker, "gilext calls", sample_until_stopped, watch);
}

void
call_watch_join(struct call_watch *watch)
{
    looker_join(&watch->looker);
}

void
call_watch_free(struct call_watch *watch)
{
    core_wait_close(&watch->core_wait);
    free(watch);
}
