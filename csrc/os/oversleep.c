#include "os/oversleep.h"

#include "os/clock.h"

void
oversleep_init(struct oversleep *oversleep)
{
    atomic_init(&oversleep->due_ns, clock_monotonic_ns());
    atomic_init(&oversleep->late_ns, 0);
    atomic_init(&oversleep->wakes, 0);
}

static uint64_t
lateness(uint64_t due_ns, uint64_t now_ns)
{
    return now_ns > due_ns && now_ns - due_ns > OVERSLEEP_TOLERANCE_NS ? now_ns - due_ns : 0;
}

uint64_t
oversleep_note_sleep(struct oversleep *oversleep, uint64_t pause_ns)
{
    uint64_t due_ns = clock_monotonic_ns() + pause_ns;
    atomic_store_explicit(&oversleep->due_ns, due_ns, memory_order_relaxed);
    return due_ns;
}

void
oversleep_note_wakeup(struct oversleep *oversleep)
{
    uint64_t due_ns = atomic_load_explicit(&oversleep->due_ns, memory_order_relaxed);
    uint64_t late_ns = atomic_load_explicit(&oversleep->late_ns, memory_order_relaxed);
    uint64_t wakes = atomic_load_explicit(&oversleep->wakes, memory_order_relaxed);
    late_ns += lateness(due_ns, clock_monotonic_ns());
    atomic_store_explicit(&oversleep->due_ns, UINT64_MAX, memory_order_relaxed);
    atomic_store_explicit(&oversleep->late_ns, late_ns, memory_order_release);
    atomic_store_explicit(&oversleep->wakes, wakes + 1, memory_order_relaxed);
}

uint64_t
oversleep_until(struct oversleep *oversleep, uint64_t now_ns)
{
    uint64_t late_ns = atomic_load_explicit(&oversleep->late_ns, memory_order_acquire);
    uint64_t due_ns = atomic_load_explicit(&oversleep->due_ns, memory_order_relaxed);
    return late_ns + lateness(due_ns, now_ns);
}
