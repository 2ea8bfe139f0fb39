/* Whether a thread of this process waits for a core: it could run, and the system lets another
   run instead. Known on Linux, from /proc; elsewhere nobody is ever said to wait. */

#ifndef GILEXT_CORE_WAIT_H
#define GILEXT_CORE_WAIT_H

#include <stdbool.h>

#include "os/thread_clock.h"

struct core_wait {
    struct thread_clock clock;
    int file; /* -1 if there is none */
};

/* Of the calling thread. False if its CPU time can't be read. */
bool core_wait_open(struct core_wait *wait);
void core_wait_close(struct core_wait *wait);

/* Whether the thread waits for a core, given its CPU time at an earlier moment and now. */
bool core_wait_is_waiting(const struct core_wait *wait, uint64_t earlier_ns, uint64_t now_ns);

#endif
