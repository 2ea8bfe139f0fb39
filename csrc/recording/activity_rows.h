/* What threads did in buckets of time, as far as it isn't nothing; no Python.h here. A Python
   author would call it a Counter whose keys are pairs of a bucket and a thread.

   The room is fixed: when it is full, each two buckets in a row become one. */

#ifndef GILEXT_ACTIVITY_ROWS_H
#define GILEXT_ACTIVITY_ROWS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "recording/arena.h"
#include "recording/holder_order.h"

/* The number of all threads that had to make room, until the end. */
enum { ACTIVITY_FOLDED = INT32_MAX };

/* What one thread did in one bucket. */
struct activity_row {
    uint32_t bucket;
    int32_t number; /* of the thread, as the recorder counts its holders */
    uint64_t cpu_ns;
    uint64_t waited_ns;
};

struct activity_rows {
    struct arena *arena;
    uint64_t bucket_ns;
    struct activity_row *items;
    size_t count;
    size_t capacity;
    size_t max_count;
    uint32_t last_bucket;
    size_t last_rows[RECORDER_MAX_HOLDERS]; /* by slot: its row in the last bucket from 1, or 0 */
    int32_t numbers[RECORDER_MAX_HOLDERS];  /* by slot */
    atomic_bool is_in_disorder; /* while rows move: who reads them from a file can't tell them */
};

void activity_rows_init(struct activity_rows *rows, struct arena *arena, uint64_t bucket_ns,
                        size_t max_count);
void activity_rows_free(struct activity_rows *rows);

/* The row of a thread, by its slot in the recorder and its number, at that time from the start of
   the recording. Times need not be in order, but cost more if they aren't. NULL if there is no
   room. */
struct activity_row *activity_rows_find(struct activity_rows *rows, int32_t slot, int32_t number,
                                        uint64_t time_ns);

/* At the end: bring the rows in order, each pair of a bucket and a thread once, and make the
   threads' numbers their places in the order; its count for those that had to make room. */
void activity_rows_number(struct activity_rows *rows, const struct holder_order *order);

#endif
