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

enum { OVERSLEEP_TOLERANCE_NS = 1000000 }; /* not counted: timers and wakes take their time */

struct oversleep {
    atomic_uint_fast64_t due_ns; /* when the sleep ends; UINT64_MAX while awake */
    atomic_uint_fast64_t late_ns;
    atomic_uint_fast64_t wakes;
};

/* Before the thread starts: it is due at once. */
void oversleep_init(struct oversleep *oversleep);

/* In the thread: it is going to sleep for that long. Returns when it is due. */
uint64_t oversleep_note_sleep(struct oversleep *oversleep, uint64_t pause_ns);

/* In the thread: it is awake. */
void oversleep_note_wakeup(struct oversleep *oversleep);

/* In another thread: all of it so far. */
uint64_t oversleep_until(struct oversleep *oversleep, uint64_t now_ns);

#endif
