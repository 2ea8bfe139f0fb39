/* When to take the holder's Python stack, and what it then stands for: the time that its thread has
   held the GIL since its last one. So what the stacks of a thread stand for adds up to what it
   held, but for what came after the last.

   How much held time one stands for is chosen by what taking it costs, so that stacks keep within a
   budget; and it varies at random, so that they don't fall into step with a periodic program. No
   Python.h here. */

#ifndef GILEXT_STACKS_H
#define GILEXT_STACKS_H

#include <stdbool.h>
#include <stdint.h>

#include "cpython/frame_state.h"
#include "cpython/gil_state.h"
#include "os/os_threads.h"
#include "recording/collection.h"
#include "recording/profile.h"
#include "recording/recorder.h"

struct holder_stacks {
    int32_t number;
    uint64_t stacked_ns; /* of what it has held, that for which a stack stands */
    uint64_t due_ns;     /* when it has held so much, the next is due */
    uint64_t attached_stacked_ns, attached_due_ns; /* of the time without a GIL, the same */
};

/* Which frame of the profile a place in a code is: those that come again and again. */
struct known_frame {
    uint64_t code;
    struct code_location location;
    uint32_t frame; /* plus 1; 0: nothing is known */
};

enum { KNOWN_FRAMES = 1024 };

struct stacks {
    bool is_on;
    uint64_t stall_ns;
    uint64_t budget_ns;           /* of a core, per second, for samples while all cores are busy */
    struct collection collection; /* has its own order */

    os_mutex mutex; /* guards what follows; taking a stack may last some 100 microseconds */
    struct frame_reader *reader; /* NULL: not needed yet */
    struct profile profile;
    struct known_frame known[KNOWN_FRAMES];
    struct holder_stacks holders[RECORDER_MAX_HOLDERS]; /* by the recorder's slots */
    struct collection_seen collecting; /* while the stack that was found last was read */
    uint64_t cost_ns;                  /* CPU time per stack, lately; 0: none was taken */
    uint64_t random;                   /* never 0 */
    uint64_t stalled_ns;   /* the start of the hold in which one was taken last for a stall */
    uint64_t stall_due_ns; /* of the same hold */
};

void stacks_init(struct stacks *stacks, struct arena *arena, bool is_on, uint64_t stall_ns,
                 uint64_t budget_ns, size_t max_bytes);
void stacks_free(struct stacks *stacks);

/* What a sample saw of a hold. */
struct held_moment {
    uint64_t now_ns;
    struct gil_sample sample;
    uint32_t waiters;
    uint64_t hold_start_ns;
    uint64_t seen_ns; /* the longest part of the hold that was sampled closely */
    int32_t slot;     /* of the holder, in the recorder */
    int32_t number;
    uint64_t native_id; /* 0: not known yet */
    uint64_t held_ns;   /* by it so far */
    bool all_cores_busy;
    uint64_t pause_ns; /* between two samples, on average */
};

/* Take the holder's stack, if one is due. */
void stacks_look(struct stacks *stacks, const struct gil *gil, const struct held_moment *moment);

/* Take a thread's stack without counting it: the profile's row of it, or POOL_NONE if it can't be
   had. Under the mutex, as the rest. */
uint32_t stacks_take(struct stacks *stacks, gil_holder thread, int32_t number, uint64_t now_ns);

/* What is known of a thread: nothing, if it is seen for the first time. It has its first stack at
   once, as it may soon be gone. */
struct holder_stacks *stacks_find_holder(struct stacks *stacks, int32_t slot, int32_t number);

/* How much held time a stack stands for on average, so that they all take their share of a core:
   little of what is idle, or half of the budget. */
uint64_t stacks_quantum_ns(const struct stacks *stacks, bool all_cores_busy);

/* The CPU time that one has taken. */
void stacks_count_cost(struct stacks *stacks, uint64_t cost_ns);

#endif
