#include "checking/handovers.h"

#include <string.h>

#ifdef __linux__

#include <pthread.h>

static bool
find_clock(struct handovers *handovers)
{
    return pthread_getcpuclockid(pthread_self(), &handovers->clock) == 0;
}

static uint64_t
caller_ns(const struct handovers *handovers)
{
    return clock_ns(handovers->clock);
}

#else

static bool
find_clock(struct handovers *handovers)
{
    (void)handovers;
    return true;
}

static uint64_t
caller_ns(const struct handovers *handovers)
{
    (void)handovers;
    return clock_monotonic_ns();
}

#endif

bool
handovers_init(struct handovers *handovers)
{
    memset(handovers, 0, sizeof *handovers);
    return find_clock(handovers);
}

void
handovers_enter_call(struct handovers *handovers)
{
    handovers->answered = 0;
    handovers->call_start_ns = caller_ns(handovers);
}

void
handovers_leave_call(struct handovers *handovers)
{
    bool is_seen[HANDOVER_PLACES] = {false};
    uint64_t length_ns = caller_ns(handovers) - handovers->call_start_ns;
    for (uint32_t i = 0; i < handovers->answered; i++) {
        uint64_t done_ns = handovers->answered_ns[i] - handovers->call_start_ns;
        uint64_t place = length_ns > 0 ? HANDOVER_PLACES * done_ns / length_ns : 0;
        is_seen[place < HANDOVER_PLACES ? place : HANDOVER_PLACES - 1] = true;
    }
    for (int place = 0; place < HANDOVER_PLACES; place++) {
        handovers->calls_at[place] += is_seen[place];
    }
}

void
handovers_note(struct handovers *handovers, uint64_t asked_turn, uint64_t answered_turn)
{
    handovers->asked_calls += asked_turn != handovers->asked_turn;
    handovers->asked_turn = asked_turn;
    if (answered_turn != asked_turn) {
        return;
    }
    handovers->answers++;
    if (handovers->answered < MAX_HANDOVERS_A_CALL) {
        handovers->answered_ns[handovers->answered++] = caller_ns(handovers);
    }
}
