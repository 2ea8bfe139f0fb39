#include "loops/meeting.h"

void
meeting_init(struct meeting *meeting, uint32_t parties)
{
    *meeting = (struct meeting){.parties = parties};
    os_mutex_init(&meeting->mutex);
    os_condition_init(&meeting->everyone_is_here);
}

void
meeting_destroy(struct meeting *meeting)
{
    os_condition_destroy(&meeting->everyone_is_here);
    os_mutex_destroy(&meeting->mutex);
}

uint64_t
meeting_arrive(struct meeting *meeting)
{
    os_mutex_lock(&meeting->mutex);
    uint64_t round = meeting->round;
    meeting->present++;
    if (meeting->present == meeting->parties) {
        meeting->present = 0;
        meeting->round++;
        os_condition_broadcast(&meeting->everyone_is_here);
    }
    os_mutex_unlock(&meeting->mutex);
    return round;
}

bool
meeting_wait(struct meeting *meeting, uint64_t round, uint64_t nanoseconds)
{
    uint64_t now = clock_monotonic_ns();
    uint64_t deadline = nanoseconds < OS_FOREVER - now ? now + nanoseconds : OS_FOREVER;
    os_mutex_lock(&meeting->mutex);
    while (meeting->round == round && clock_monotonic_ns() < deadline) {
        os_condition_wait_until(&meeting->everyone_is_here, &meeting->mutex, deadline);
    }
    bool met = meeting->round != round;
    os_mutex_unlock(&meeting->mutex);
    return met;
}

bool
meeting_leave(struct meeting *meeting, uint64_t round)
{
    os_mutex_lock(&meeting->mutex);
    bool met = meeting->round != round;
    if (!met) {
        meeting->present--;
    }
    os_mutex_unlock(&meeting->mutex);
    return met;
}

GILEXT_API int
gilext_meet(void *opaque_meeting, uint64_t nanoseconds)
{
    struct meeting *meeting = opaque_meeting;
    uint64_t round = meeting_arrive(meeting);
    meeting_wait(meeting, round, nanoseconds);
    return meeting_leave(meeting, round);
}
