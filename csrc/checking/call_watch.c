#include "checking/call_watch.h"

#include <string.h>

#include "os/jitter.h"
#include "os/os_process.h"

/* Held from one look to the next, in one call, is one hold if no other thread had the GIL. */
static void
note_hold(struct call_watch *watch, uint64_t turn, uint64_t switches, uint64_t now_ns)
{
    if (watch->hold_turn != turn || watch->hold_switches != switches) {
        watch->hold_turn = turn;
        watch->hold_switches = switches;
        watch->hold_first_ns = now_ns;
    }
    uint64_t seen_ns = now_ns - watch->hold_first_ns;
    if (seen_ns > watch->longest_hold_ns) {
        watch->longest_hold_ns = seen_ns;
    }
}

static void
look(struct call_watch *watch)
{
    uint64_t before = atomic_load_explicit(&watch->turn, memory_order_seq_cst);
    uint64_t switches = gil_state_switches(&watch->gil);
    bool is_held = gil_state_holder(&watch->gil) == watch->caller;
    uint64_t after = atomic_load_explicit(&watch->turn, memory_order_seq_cst);
    if (before != after || !is_inside(before)) {
        return;
    }
    watch->looks++;
    if (is_held) {
        watch->looks_held++;
        note_hold(watch, before, switches, clock_monotonic_ns());
    }
    else {
        watch->hold_turn = 0;
    }
}

static void
look_until_stopped(void *opaque_watch)
{
    struct call_watch *watch = opaque_watch;
    os_block_signals();
    os_request_low_latency();
    oversleep_note_wakeup(&watch->oversleep);
    while (!atomic_load_explicit(&watch->is_stopping, memory_order_relaxed)) {
        look(watch);
        oversleep_sleep(&watch->oversleep, jittered_ns(watch->interval_ns, &watch->random));
    }
}

bool
call_watch_start(struct call_watch *watch, const struct gil *gil, gil_holder caller,
                 uint64_t interval_ns)
{
    memset(watch, 0, sizeof *watch);
    watch->gil = *gil;
    watch->caller = caller;
    watch->interval_ns = interval_ns;
    watch->random = clock_monotonic_ns() | 1;
    atomic_init(&watch->turn, 0);
    atomic_init(&watch->is_stopping, false);
    oversleep_init(&watch->oversleep);
    return os_thread_start(&watch->thread, look_until_stopped, watch);
}

void
call_watch_stop(struct call_watch *watch)
{
    atomic_store_explicit(&watch->is_stopping, true, memory_order_relaxed);
    os_thread_join(&watch->thread);
}
