/* For how long a thread that sleeps now and then was kept from a core after it should have been
   awake: it sleeps, another thread asks. */

#ifndef GILEXT_LATENESS_H
#define GILEXT_LATENESS_H

#include <stdatomic.h>
#include <stdint.h>

#include "clock.h"
#include "threads.h"

enum { EVERYDAY_LATENESS_NS = 1000000 }; /* not counted: timers and wakes take their time */

struct lateness {
    atomic_uint_fast64_t due_ns; /* when the sleep ends; UINT64_MAX while awake */
    atomic_uint_fast64_t late_ns;
    atomic_uint_fast64_t wakes;
};

/* Before the thread starts: it is due at once. */
static inline void
lateness_init(struct lateness *lateness)
{
    atomic_init(&lateness->due_ns, clock_monotonic_ns());
    atomic_init(&lateness->late_ns, 0);
    atomic_init(&lateness->wakes, 0);
}

static inline uint64_t
lateness_after(uint64_t due_ns, uint64_t now_ns)
{
    return now_ns > due_ns && now_ns - due_ns > EVERYDAY_LATENESS_NS ? now_ns - due_ns : 0;
}

/* In the thread: it is awake. */
static inline void
lateness_note_waking(struct lateness *lateness)
{
    uint64_t due_ns = atomic_exchange(&lateness->due_ns, UINT64_MAX);
    atomic_fetch_add(&lateness->late_ns, lateness_after(due_ns, clock_monotonic_ns()));
    atomic_fetch_add(&lateness->wakes, 1);
}

static inline void
lateness_sleep(struct lateness *lateness, uint64_t pause_ns)
{
    atomic_store(&lateness->due_ns, clock_monotonic_ns() + pause_ns);
    os_sleep_ns(pause_ns);
    lateness_note_waking(lateness);
}

/* In another thread: all of it so far. A sleep that ends at this moment may be missed. */
static inline uint64_t
lateness_until(struct lateness *lateness, uint64_t now_ns)
{
    return atomic_load(&lateness->late_ns) +
           lateness_after(atomic_load(&lateness->due_ns), now_ns);
}

#endif
