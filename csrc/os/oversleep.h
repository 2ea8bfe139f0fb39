/* For how long a thread that sleeps now and then was kept from a core after it should have been
   awake: it sleeps, another thread asks. */

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

/* In the thread: it is awake. */
static inline void
oversleep_note_wakeup(struct oversleep *oversleep)
{
    uint64_t due_ns = atomic_exchange(&oversleep->due_ns, UINT64_MAX);
    atomic_fetch_add(&oversleep->late_ns, oversleep_after(due_ns, clock_monotonic_ns()));
    atomic_fetch_add(&oversleep->wakes, 1);
}

static inline void
oversleep_sleep(struct oversleep *oversleep, uint64_t pause_ns)
{
    atomic_store(&oversleep->due_ns, clock_monotonic_ns() + pause_ns);
    os_sleep_ns(pause_ns);
    oversleep_note_wakeup(oversleep);
}

/* In another thread: all of it so far. A sleep that ends at this moment may be missed. */
static inline uint64_t
oversleep_until(struct oversleep *oversleep, uint64_t now_ns)
{
    return atomic_load(&oversleep->late_ns) +
           oversleep_after(atomic_load(&oversleep->due_ns), now_ns);
}

#endif
