#include "checking/handovers.h"

#include <string.h>

void
handovers_init(struct handovers *handovers, const struct thread_clock *clock)
{
    memset(handovers, 0, sizeof *handovers);
    handovers->clock = *clock;
}

void
handovers_enter_call(struct handovers *handovers)
{
    handovers->granted = 0;
    handovers->call_start_ns = thread_clock_ns(&handovers->clock);
}

void
handovers_leave_call(struct handovers *handovers)
{
    bool is_seen[HANDOVER_PLACES] = {false};
    uint64_t length_ns = thread_clock_ns(&handovers->clock) - handovers->call_start_ns;
    for (uint32_t i = 0; i < handovers->granted; i++) {
        uint64_t done_ns = handovers->granted_ns[i] - handovers->call_start_ns;
        uint64_t place = length_ns > 0 ? HANDOVER_PLACES * done_ns / length_ns : 0;
        is_seen[place < HANDOVER_PLACES ? place : HANDOVER_PLACES - 1] = true;
    }
    for (int place = 0; place < HANDOVER_PLACES; place++) {
        handovers->calls_at[place] += is_seen[place];
    }
    handovers->cpu_ns += length_ns;
}

void
handovers_note(struct handovers *handovers, uint64_t requested_serial, uint64_t granted_serial)
{
    handovers->requested_calls += requested_serial != handovers->requested_serial;
    handovers->requested_serial = requested_serial;
    if (granted_serial % 2 == 0) {
        handovers->refusals++;
        return;
    }
    handovers->grants++;
    if (handovers->granted < MAX_HANDOVERS_PER_CALL) {
        handovers->granted_ns[handovers->granted++] = thread_clock_ns(&handovers->clock);
    }
}
