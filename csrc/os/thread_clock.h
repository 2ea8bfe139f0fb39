/* The CPU time of one thread, which other threads can read too: time.thread_time_ns() of somebody
   else. It stands still while the thread sleeps, waits, or has no core. */

#ifndef GILEXT_THREAD_CLOCK_H
#define GILEXT_THREAD_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "os/clock.h"

#ifdef __linux__

#include <pthread.h>

struct thread_clock {
    clockid_t id;
};

/* The clock of the calling thread. False if it can't be read. */
static inline bool
thread_clock_find(struct thread_clock *clock)
{
    return pthread_getcpuclockid(pthread_self(), &clock->id) == 0;
}

/* The clock of any thread of this process, by its native number. Linux: a clock's number is made
   of the thread's, of 2 for a clock of the scheduler's, and of 4 for one of a thread; see
   include/linux/posix-timers_types.h. False if there is no such thing. */
static inline bool
thread_clock_of(uint64_t native_id, struct thread_clock *clock)
{
    clock->id = (clockid_t)((~(uint32_t)native_id << 3) | 6);
    return true;
}

/* 0 if the thread has ended. */
static inline uint64_t
thread_clock_ns(const struct thread_clock *clock)
{
    struct timespec now = {0, 0};
    clock_gettime(clock->id, &now);
    return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

#else

/* Elsewhere no thread can read another's: the time on the wall stands in for it. */
struct thread_clock {
    char unused;
};

static inline bool
thread_clock_find(struct thread_clock *clock)
{
    clock->unused = 0;
    return true;
}

static inline bool
thread_clock_of(uint64_t native_id, struct thread_clock *clock)
{
    (void)native_id;
    clock->unused = 0;
    return false;
}

static inline uint64_t
thread_clock_ns(const struct thread_clock *clock)
{
    (void)clock;
    return clock_monotonic_ns();
}

#endif

#endif
