/* The Python stacks of all held time: each that differs is kept once, as a row, with what it stands
   for. Texts and frames are kept once, too. No Python.h here; a Python author would call it a
   Counter of tuples.

   It grows within a limit. A row that finds no room isn't made; what the others stand for goes on
   to add up. */

#ifndef GILEXT_PROFILE_H
#define GILEXT_PROFILE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recording/pool.h"

struct profile_frame {
    uint32_t file; /* texts */
    uint32_t function;
    int32_t line;
    int32_t end_line; /* of what it was evaluating; 0: unknown, as the columns are */
    int32_t column;
    int32_t end_column;
};

struct profile_row {
    int32_t holder;    /* its number */
    uint32_t callable; /* the C function that the innermost called, a text; POOL_NONE: unknown */
    size_t first;      /* of its frames, in `frame_numbers`; the innermost */
    size_t depth;
    uint64_t held_ns;
    uint64_t weight_ns;  /* the same, without what no sample has seen */
    uint64_t waiting_ns; /* the weight, times how many threads waited when the stack was taken */
    uint64_t holds;      /* in which it was seen */
    uint64_t longest_ns; /* the longest of them, up to then */
    uint64_t last_hold_ns;
    uint64_t attached_ns;        /* without a GIL */
    uint64_t attached_weight_ns; /* the same, without what no sample has seen */
};

/* A stack that was taken in a hold that may be a stall. */
struct profile_moment {
    uint64_t taken_ns;
    uint32_t row;
    uint32_t task; /* the asyncio task that ran it, a text; POOL_NONE: none did, or unknown */
};

/* How long a thread waited while a stack held the GIL. */
struct profile_wait {
    uint64_t waited_ns;
    uint32_t row;
    int32_t victim; /* its number */
};

struct profile {
    struct pool pool;
    char *text_bytes; /* one text after another, each with its final 0 */
    size_t text_size, text_capacity;
    size_t *texts; /* where each begins */
    size_t text_count, texts_capacity;
    struct profile_frame *frames;
    size_t frame_count, frame_capacity;
    uint32_t *frame_numbers;
    size_t number_count, number_capacity;
    struct profile_row *rows;
    size_t row_count, row_capacity;
    struct profile_moment *moments;
    size_t moment_count, moment_capacity;
    struct profile_wait *waits;
    size_t wait_count, wait_capacity;
    struct pool_index text_index, frame_index, row_index, wait_index;
    /* Since when some are missing for want of memory; 0: none is. May be read at any time,
       relaxed: nothing else is read with it. */
    atomic_uint_fast64_t full_ns;
};

void profile_init(struct profile *profile, struct arena *arena, size_t max_bytes);
void profile_free(struct profile *profile);

/* The numbers of what may be there already; POOL_NONE if there is no room for it. */
uint32_t profile_add_text(struct profile *profile, const char *text);
uint32_t profile_add_frame(struct profile *profile, const struct profile_frame *frame);

struct profile_stack {
    int32_t holder;
    uint32_t callable;
    const uint32_t *frames; /* the innermost first */
    size_t depth;
};

uint32_t profile_add_row(struct profile *profile, const struct profile_stack *stack);

/* What one stack stands for. */
struct profile_share {
    uint64_t held_ns;
    uint64_t weight_ns;
    uint32_t waiters;
    uint64_t hold_ns; /* when the hold began in which it was seen, */
    uint64_t seen_ns; /* and for how long that has been seen */
};

void profile_add_share(struct profile *profile, uint32_t row, const struct profile_share *share);
void profile_add_attached(struct profile *profile, uint32_t row, uint64_t attached_ns,
                          uint64_t weight_ns);

/* False if there is no room. */
bool profile_add_moment(struct profile *profile, const struct profile_moment *moment);
bool profile_add_wait(struct profile *profile, uint32_t row, int32_t victim, uint64_t waited_ns);

/* Something found no room. */
void profile_note_full(struct profile *profile, uint64_t now_ns);

static inline const char *
profile_text_at(const struct profile *profile, uint32_t text)
{
    return profile->text_bytes + profile->texts[text];
}

#endif
