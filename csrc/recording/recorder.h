/* Joins samples of the GIL into holds, without Python.h.

   A sample says who held the GIL at one moment, and how often it had changed its holder by then.
   Where two samples in a row differ, the change is put halfway between them; a hold between two
   samples of another holder ends that one's, and is too short to be seen itself. Totals stay exact for as long as a recording lasts; the holds one by
   one are kept until their memory is full, the longest ones always. */

#ifndef GILEXT_RECORDER_H
#define GILEXT_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RECORDER_NOBODY = -1, /* the GIL was free */
    RECORDER_BUCKETS = 40, /* of the histogram: hold lengths from 2**i ns to 2**(i + 1) ns */
    RECORDER_LONGEST = 256,
};

/* One unbroken span in which one thread held the GIL, in nanoseconds of the monotonic clock. */
struct hold {
    uint64_t start_ns;
    uint64_t end_ns;
    int32_t holder; /* an index that the caller gives out */
};

struct holder_total {
    uint64_t held_ns;
    uint64_t holds;
    uint64_t longest_ns;
};

/* Holds in order, up to a number of them; `full_ns` says from when on some are missing. */
struct hold_list {
    struct hold *items;
    size_t count;
    size_t capacity;
    size_t most;
    uint64_t full_ns; /* 0: none is missing */
};

struct recorder {
    uint64_t start_ns;
    uint64_t last_ns;
    int32_t last_holder;
    uint64_t last_switches;
    struct hold open; /* meaningful while last_holder is somebody */

    uint64_t samples;
    uint64_t held_ns;
    uint64_t histogram[RECORDER_BUCKETS];

    /* The held fraction counts only pairs of samples no further apart than `widest_ns`: a thread
       that was kept from its core knows nothing of the time between. May be set at any time. */
    uint64_t widest_ns;
    uint64_t observed_ns;
    uint64_t observed_held_ns;
    uint64_t observed_pairs;
    uint64_t changes;   /* pairs of which one was held and one was free */
    double changes_ns2; /* the sum of the squares of their distances */
    double unseen_ns2;  /* the same of the pairs that were too far apart */
    uint64_t longest_gap_ns;

    struct holder_total *holders;
    size_t holder_count;

    struct hold_list holds;
    struct hold_list stalls; /* those of `stall_ns` and more */
    uint64_t stall_ns;

    struct hold longest[RECORDER_LONGEST]; /* a heap, its shortest first */
    size_t longest_count;
    uint64_t longest_since_pop_ns; /* since recorder_pop_longest_hold() */
};

/* Begin a recording that keeps up to `most_holds` holds one by one; holds of `stall_ns` and more
   are stalls, and a tenth of the room is theirs alone. */
void recorder_init(struct recorder *recorder, uint64_t widest_ns, uint64_t stall_ns,
                   size_t most_holds);
void recorder_free(struct recorder *recorder);

/* Give out the next holder's index, or RECORDER_NOBODY when there is no memory. */
int32_t recorder_add_holder(struct recorder *recorder);

/* Take a sample; `now_ns` never goes backwards, and `switches` differs from the last sample's if
   the GIL has changed its holder since. Returns the open hold's start, 0 for none. */
uint64_t recorder_sample(struct recorder *recorder, uint64_t now_ns, int32_t holder,
                         uint64_t switches);

/* Close the open hold, if any, as of `now_ns`. */
void recorder_finish(struct recorder *recorder, uint64_t now_ns);

/* How long the open hold lasts as of the last sample; 0 where there is none. */
uint64_t recorder_open_ns(const struct recorder *recorder);

/* The longest hold since recorder_pop_longest_hold() was last called, the open one included. */
uint64_t recorder_longest_since_pop(const struct recorder *recorder);
uint64_t recorder_pop_longest_hold(struct recorder *recorder);

#endif
