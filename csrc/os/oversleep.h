/* For how long a thread that sleeps now and then was kept from a core after it should have been
   awake: it sleeps, another thread asks.

   Only the thread itself writes, so it needs no read-modify-write. The one pair that matters is
   `late_ns`: released by oversleep_note_wakeup() after `due_ns` was cleared, and acquired by
   oversleep_until() before it reads `due_ns`. So a sleep that ends at this moment may be missed,
   but is never counted twice. */

#ifndef GILEXT_OVERSLEEP_H
#define GILEXT_OVERSLEEP_H

#include <stdatomic.h>
#include <stdint.h>

#include "os/clock.h"
#include "os/os_threads.h"

enum { OVERSLEEP_TOLERANCE_NS = 1000000 }; /* not counted: timers and wakes take their time */

struct oversleep {
    atomic_uint_fast64_t due_ns; /* when the sleep ends; UINT64_MAX while awake */
    atomic_uint_fast64_t late_ns;
    atomic_uint_fast64_t wakes;
};

/* Before the thread starts: it is due at once. */
static inline void
oversleep_init(struct oversleep *oversleep)
{
    atomic_init(&oversleep->due_ns, clock_monotonic_ns());
    atomic_init(&oversleep->late_ns, 0);
    atomic_init(&oversleep->wakes, 0);
}

static inline uint64_t
oversleep_after(uint64_t due_ns, uint64_t now_ns)
{
    return now_ns > due_ns && now_ns - due_ns > OVERSLEEP_TOLERANCE_NS ? now_ns - due_ns : 0;
}

/* In the thread: it is going to sleep for that long. Returns when it is due. */
static inline uint64_t
oversleep_note_sleep(struct oversleep *oversleep, uint64_t pause_ns)
{
    uint64_t due_ns = clock_monotonic_ns() + pause_ns;
    atomic_store_explicit(&oversleep->due_ns, due_ns, memory_order_relaxed);
    return due_ns;
}

/* In the thread: it is awake. */
static inline void
oversleep_note_wakeup(struct oversleep *oversleep)
{
    uint64_t due_ns = atomic_load_explicit(&oversleep->due_ns, memory_order_relaxed);
    uint64_t late_ns = atomic_load_explicit(&oversleep->late_ns, memory_order_relaxed);
    uint64_t wakes = atomic_load_explicit(&oversleep->wakes, memory_order_relaxed);
    late_ns += oversleep_after(due_ns, clock_monotonic_ns());
    atomic_store_explicit(&oversleep->due_ns, UINT64_MAX, memory_order_relaxed);
    atomic_store_explicit(&oversleep->late_ns, late_ns, memory_order_release);
    atomic_store_explicit(&oversleep->wakes, wakes + 1, memory_order_relaxed);
}

static inline void
oversleep_sleep(struct oversleep *oversleep, uint64_t pause_ns)
{
    oversleep_note_sleep(oversleep, pause_ns);
    os_sleep_ns(pause_ns);
    oversleep_note_wakeup(oversleep);
}

/* In another thread: all of it so far. */
static inline uint64_t
oversleep_until(struct oversleep *oversleep, uint64_t now_ns)
{
    uint64_t late_ns = atomic_load_explicit(&oversleep->late_ns, memory_order_acquire);
    uint64_t due_ns = atomic_load_explicit(&oversleep->due_ns, memory_order_relaxed);
    return late_ns + oversleep_after(due_ns, now_ns);
}

#endif
