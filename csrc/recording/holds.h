/* One hold of the GIL, and two ways to keep many: in order, and the longest. No Python.h here. */

#ifndef GILEXT_HOLDS_H
#define GILEXT_HOLDS_H

#include <stddef.h>
#include <stdint.h>

#include "recording/arena.h"

enum hold_flags {
    HOLD_REQUESTED = 1, /* somebody waited for the GIL in it, or asked for it */
    HOLD_GAPPED = 2,    /* before anybody waited, or at an end, samples lay too far apart to tell */
};

/* One span in which one thread was found holding the GIL, in nanoseconds of the monotonic clock.
   Python reads it as struct's "@QQQiI". */
struct hold {
    uint64_t start_ns;
    uint64_t end_ns;
    uint64_t waited_ns; /* by other threads in it, together; 0 too if waiters are unknown */
    int32_t holder; /* its number, from 0: holders are numbered in the order they were first seen */
    uint32_t flags;
};

_Static_assert(sizeof(struct hold) == 32, "Python unpacks 32 bytes, on 32-bit systems too");

static inline uint64_t
hold_length(const struct hold *hold)
{
    return hold->end_ns - hold->start_ns;
}

/* Holds in order, up to a number of them; `full_ns` says from when on some are missing. */
struct hold_list {
    struct arena *arena;
    struct hold *items;
    size_t count;
    size_t capacity;
    size_t max_count;
    uint64_t full_ns; /* 0: none is missing */
};

/* Once full, a list takes no more: detail that came and went would be worse than detail that
   ends. */
void hold_list_append(struct hold_list *list, const struct hold *hold);
void hold_list_free(struct hold_list *list);

enum { MAX_LONGEST_HOLDS = 256 };

struct longest_holds {
    struct hold heap[MAX_LONGEST_HOLDS]; /* the shortest of them first */
    size_t count;
};

void longest_holds_add(struct longest_holds *longest, const struct hold *hold);

#endif
