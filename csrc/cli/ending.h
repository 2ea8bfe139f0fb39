/* The end of a watched program, which comes once: from an exit handler, from os._exit() in any
   thread, or from a signal. Who claims it writes the report, and then says that it is done. */

#ifndef GILEXT_ENDING_H
#define GILEXT_ENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "os/os_threads.h"

enum ending_state {
    ENDING_OPEN,
    ENDING_CLAIMED,
    ENDING_DONE,
};

struct ending {
    os_mutex mutex; /* guards what follows */
    os_condition changed;
    enum ending_state state;
    uint64_t claimant; /* the thread that claimed it */
};

void ending_init(struct ending *ending);
void ending_destroy(struct ending *ending);

/* True if `thread` has it now, and nobody had it before. */
bool ending_claim(struct ending *ending, uint64_t thread);

void ending_set_done(struct ending *ending);

/* Whether `thread` is the one that has claimed it. */
bool ending_is_of(struct ending *ending, uint64_t thread);

/* Wait until it is no longer in a state, or until the monotonic clock shows `deadline_ns`: then
   false. */
bool ending_wait_while(struct ending *ending, enum ending_state state, uint64_t deadline_ns);

#endif
