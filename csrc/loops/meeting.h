/* A place where threads prove that they are inside C at the same moment, without Python.h.
   Python authors know its relative as threading.Barrier.

   A party arrives, waits, and leaves; it counts as present from meeting_arrive() until all have
   come or until meeting_leave(). Whoever holds the GIL from the first to the last keeps every
   other party that needs the GIL from arriving, so such parties never meet. */

#ifndef GILEXT_MEETING_H
#define GILEXT_MEETING_H

#include <stdbool.h>
#include <stdint.h>

#include "loops/loops.h"
#include "os/os_threads.h"

struct meeting {
    os_mutex mutex;
    os_condition everyone_is_here;
    uint64_t round; /* how often all parties have met */
    uint32_t parties;
    uint32_t present;
};

void meeting_init(struct meeting *meeting, uint32_t parties);
void meeting_destroy(struct meeting *meeting);

/* Join the present round; return its number, which the other two functions take. */
uint64_t meeting_arrive(struct meeting *meeting);

/* Wait up to `nanoseconds` (or OS_FOREVER) for the others. True when all have met. */
bool meeting_wait(struct meeting *meeting, uint64_t round, uint64_t nanoseconds);

/* Stop waiting. True when all met before that. */
bool meeting_leave(struct meeting *meeting, uint64_t round);

/* All three in one, for bindings that open this library themselves; returns 1 or 0. */
GILEXT_API int gilext_meet(void *meeting, uint64_t nanoseconds);

#endif
