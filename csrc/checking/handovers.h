/* Where in its calls a function hands the GIL over to a thread that requests it. Python code does
   so anywhere; C code that holds the GIL, only where Python code calls it or goes on after it.

   A place is told by the CPU time that the call has used by then, which runs on neither while the
   caller waits for the GIL nor while it waits for a core. All of it happens with the GIL held. */

#ifndef GILEXT_HANDOVERS_H
#define GILEXT_HANDOVERS_H

#include <stdbool.h>
#include <stdint.h>

#include "os/thread_clock.h"

enum { HANDOVER_PLACES = 10, MAX_HANDOVERS_PER_CALL = 64 };

struct handovers {
    struct thread_clock clock;          /* of the calling thread's CPU time */
    uint32_t requested_calls;           /* in which a request was made while they held the GIL */
    uint32_t grants;                    /* of such requests, inside a call */
    uint32_t refusals;                  /* of them, granted only between two calls */
    uint64_t calls_at[HANDOVER_PLACES]; /* that granted one in that tenth of their time */
    uint64_t cpu_ns;                    /* of all calls */

    uint64_t requested_serial;
    uint64_t call_start_ns;
    uint64_t granted_ns[MAX_HANDOVERS_PER_CALL]; /* in the present call */
    uint32_t granted;
};

/* In the thread that makes the calls, with the clock of its CPU time. */
void handovers_init(struct handovers *handovers, const struct thread_clock *clock);
void handovers_enter_call(struct handovers *handovers);
void handovers_leave_call(struct handovers *handovers);

/* In the thread that requested the GIL while a call held it, as soon as it has it. It needn't be
   the same call any more; between two calls the serial is even. */
void handovers_note(struct handovers *handovers, uint64_t requested_serial,
                    uint64_t granted_serial);

#endif
