/* Who waits for the GIL, for how long, and on which Python line. No Python.h here.

   How many threads wait is known from each sample, and what they wait adds up in the recorder. Who
   they are is asked now and then: each time some milliseconds more were waited, by chance sooner or
   later, so that each thread is found in proportion to what it waits; what was waited since the
   last time is divided among the waiters of this one. So what the threads waited adds up to no more
   than what the recorder has; the part of those that couldn't be named stays unnamed.

   A thread that has begun to wait waits until it has the GIL, which changes the GIL's count of
   switches. So while that stays the same, waiters only come: when all are named, nobody need be
   asked until there is one more; and each has waited at least since there were as many. */

#ifndef GILEXT_WAITERS_H
#define GILEXT_WAITERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpython/gil_state.h"
#include "os/os_threads.h"
#include "recording/activity.h"
#include "recording/holders.h"
#include "recording/pool.h"
#include "recording/recorder.h"
#include "recording/stacks.h"
#include "recording/waiter_search.h"

struct waiting_thread {
    gil_holder state;
    int32_t slot, number; /* in the recorder */
    uint64_t since_ns;    /* at the latest */
    uint32_t row;         /* of the profile: where it waits; POOL_NONE: unknown */
};

/* The samples in a row that saw the same count of switches. */
struct waited_span {
    uint64_t switches;
    uint64_t last_ns;
    uint64_t asked_ns;                  /* when it was last asked who they are; 0: not yet */
    uint32_t waiters;                   /* the most at once */
    uint64_t reached_ns[MAX_FOUND + 1]; /* when there were that many, at the latest */
    struct waiting_thread named[MAX_FOUND];
    size_t named_count;
};

/* A thread that waited in a hold that may be a stall. */
struct victim {
    uint64_t since_ns;
    uint64_t until_ns; /* still */
    int32_t number;
    uint32_t row;
};

struct waiters {
    bool is_on;
    uint64_t stall_ns, budget_ns;

    /* What follows is guarded by the mutex that guards the recorder. */
    struct waited_span span;
    uint64_t shared_ns; /* of all that was waited, what has been divided among threads */
    uint64_t since_ns;  /* when the first of the rest was waited */
    uint64_t due_ns;    /* when so much was waited, it is time to ask */
    uint64_t next_ns;   /* not before */
    uint64_t cost_ns;   /* CPU time that it took last */
    uint64_t random;    /* never 0 */
    struct pool pool;
    struct victim *victims;
    size_t victim_count, victim_capacity;
    uint64_t victims_full_ns; /* since when some are missing; 0: none is */

    os_mutex mutex; /* guards what follows; a search may last some milliseconds */
    struct waiter_search search;
};

void waiters_init(struct waiters *waiters, struct arena *arena, uint64_t stall_ns,
                  uint64_t budget_ns, size_t max_bytes);
void waiters_free(struct waiters *waiters);

/* Before the threads start: whether to name waiters, if the system lets it. */
void waiters_start(struct waiters *waiters, bool counts_waiters);

/* After each sample, under the recorder's mutex. True if it is time for waiters_name(). */
bool waiters_note(struct waiters *waiters, struct recorder *recorder,
                  const struct gil_sample *sample);

/* Whether the hold that goes on has lasted for so long. */
bool waiters_may_be_in_a_stall(const struct waiters *waiters, const struct recorder *recorder);

/* At the end of the recording. */
void waiters_finish(struct waiters *waiters, struct recorder *recorder);

/* What naming needs of the sampler, and the sample that it begins with. */
struct naming {
    const struct gil *gil;
    os_mutex *mutex; /* guards the recorder and the holders */
    struct recorder *recorder;
    struct holders *holders;
    struct stacks *stacks;
    struct activity *activity;
    struct gil_sample sample;
    uint32_t waiters;
    int32_t holder; /* its number, or RECORDER_NOBODY */
    uint64_t now_ns;
    bool all_cores_busy;
    bool may_be_a_stall; /* so that where each waits is of interest */
};

/* Name those who wait, and divide among them what was waited. Without a mutex. */
void waiters_name(struct waiters *waiters, const struct naming *naming);

#endif
