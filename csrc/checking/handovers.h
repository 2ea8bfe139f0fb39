/* Where in its calls a function hands the GIL over to a thread that asks for it. Python code does
   so anywhere; C code that holds the GIL, only where Python code calls it or goes on after it.

   A place is told by the CPU time that the call has used by then, which runs on neither while the
   caller waits for the GIL nor while it waits for a core. All of it happens with the GIL held. */

#ifndef GILEXT_HANDOVERS_H
#define GILEXT_HANDOVERS_H

#include <stdbool.h>
#include <stdint.h>

#include "os/clock.h"

enum { HANDOVER_PLACES = 10, MAX_HANDOVERS_A_CALL = 64 };

struct handovers {
    uint32_t asked_calls;               /* in which somebody asked while they held the GIL */
    uint32_t answers;                   /* before the call ended */
    uint64_t calls_at[HANDOVER_PLACES]; /* that handed it over in that tenth of their time */

    uint64_t asked_turn;
    uint64_t call_start_ns;
    uint64_t answered_ns[MAX_HANDOVERS_A_CALL]; /* in the present call */
    uint32_t answered;
#ifdef __linux__
    clockid_t clock; /* of the calling thread's CPU time */
#endif
};

/* In the thread that makes the calls. False where its CPU time can't be read. */
bool handovers_init(struct handovers *handovers);
void handovers_enter_call(struct handovers *handovers);
void handovers_leave_call(struct handovers *handovers);

/* In the thread that asked while the GIL was held, as soon as it has it. */
void handovers_note(struct handovers *handovers, uint64_t asked_turn, uint64_t answered_turn);

#endif
