/* Joins samples of the GIL into holds, without Python.h.

   A sample says who held the GIL at one moment, how often it had changed its holder by then, and
   whether somebody had asked for it. If two samples in a row differ, the change is put halfway
   between them; a hold between two samples of another holder ends that one's, and is too short to
   be seen itself.

   The holder that two samples agree on may have released the GIL between them and taken it again:
   CPython counts that as no change. So a hold in which nobody asked is an upper bound, "found held
   each time". Once a thread is seen to wait for the GIL, or to have asked for it, what follows is a
   wait: that thread waits until it has the GIL, which counts as a change. A stall is that part; at
   an end where samples lay far apart, no more of it than was seen.

   Totals stay exact for as long as a recording lasts; the holds one by one are kept until their
   memory is full, the longest ones always. */

#ifndef GILEXT_RECORDER_H
#define GILEXT_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recording/holds.h"

enum {
    RECORDER_NOBODY = -1,        /* the GIL was free */
    RECORDER_BUCKETS = 40,       /* of the histogram: hold lengths from 2**i ns to 2**(i + 1) ns */
    RECORDER_MAX_HOLDERS = 1024, /* kept one by one */
};

struct holder_total {
    int32_t number; /* RECORDER_NOBODY: the slot is free */
    uint64_t held_ns;
    uint64_t holds;
    uint64_t longest_ns;
};

/* What one sample saw; `holder` is a slot of the recorder's, or RECORDER_NOBODY. */
struct sighting {
    uint64_t now_ns; /* never goes backwards */
    int32_t holder;
    uint64_t switches; /* differs from the last sample's if the GIL has changed hands since */
};

struct recorder {
    uint64_t start_ns;
    struct sighting last;
    uint64_t last_gap_ns;
    struct hold open;      /* meaningful while last.holder is somebody */
    uint64_t requested_ns; /* since when somebody waits in the open hold; 0: nobody was seen to */

    uint64_t samples;
    uint64_t held_ns;
    uint64_t histogram[RECORDER_BUCKETS];

    /* A thread that was kept from its core knows little of the time between: pairs of samples
       further apart than `max_gap_ns` count as unseen. May be set at any time; what can be told of
       one hold stays what it was at first. */
    uint64_t max_gap_ns;
    uint64_t max_gap_in_hold_ns;
    uint64_t observed_ns;
    uint64_t observed_pairs;
    uint64_t changes;   /* pairs of which one was held and one was free */
    double changes_ns2; /* the sum of the squares of their distances */
    double unseen_ns2;  /* the same of the pairs that were too far apart */
    uint64_t longest_gap_ns;

    struct holder_total holders[RECORDER_MAX_HOLDERS]; /* by slot */
    int32_t next_number;
    struct holder_total folded; /* the holders that had to make room, together */
    size_t folded_count;

    struct hold_list holds;
    struct hold_list stalls; /* the waits of `stall_ns` and more */
    uint64_t stall_ns;

    struct longest_holds longest;
    uint64_t longest_since_pop_ns; /* since recorder_pop_longest_hold() */
};

/* Begin a recording that keeps up to `max_holds` holds one by one; waits of `stall_ns` and more
   are stalls, and a tenth of the room is theirs alone. */
void recorder_init(struct recorder *recorder, uint64_t max_gap_ns, uint64_t stall_ns,
                   size_t max_holds);

/* Give back the memory of the holds that were kept one by one; totals stay. */
void recorder_free(struct recorder *recorder);

/* A new holder takes a free slot. */
void recorder_add_holder(struct recorder *recorder, int32_t slot);

/* A holder that isn't holding now makes room: its totals go to `folded`, and its slot is free. */
void recorder_fold_holder(struct recorder *recorder, int32_t slot);

/* Take a sample. Returns the open hold's start, 0 for none. */
uint64_t recorder_sample(struct recorder *recorder, const struct sighting *sighting);

/* By the last sample a thread wanted the GIL from its holder, and had waited for it for
   `waited_ns` at least: for a switch interval if it has asked, 0 if it was seen waiting. */
void recorder_note_request(struct recorder *recorder, uint64_t waited_ns);

/* The last sample, which isn't taken at random, so that it says nothing of the fraction. */
void recorder_sample_end(struct recorder *recorder, const struct sighting *sighting);

/* Close the open hold, if any, as of `now_ns`. */
void recorder_finish(struct recorder *recorder, uint64_t now_ns);

/* What a held fraction and its error are worked out from, up to the last sample. */
struct recorder_sums {
    uint64_t start_ns;
    uint64_t end_ns;
    uint64_t samples;
    uint64_t held_ns; /* the open hold included */
    uint64_t observed_ns;
    uint64_t observed_pairs;
    uint64_t changes;
    double changes_ns2;
    double unseen_ns2;
};

struct recorder_sums recorder_sum_up(const struct recorder *recorder);

/* How long the open hold lasts as of the last sample; 0 when there is none. */
uint64_t recorder_open_ns(const struct recorder *recorder);

/* The longest hold since recorder_pop_longest_hold() was last called, the open one included. */
uint64_t recorder_longest_since_pop(const struct recorder *recorder);
uint64_t recorder_pop_longest_hold(struct recorder *recorder);

/* The holders that are kept, in the order of their numbers: in a recording with few threads, a
   holder's number is its index here. */
struct holder_order {
    int32_t count;
    int32_t slots[RECORDER_MAX_HOLDERS];
    int32_t numbers[RECORDER_MAX_HOLDERS];
};

void recorder_order_holders(const struct recorder *recorder, struct holder_order *order);

/* The index of a holder's number in the order; `count` for one that was folded. */
int32_t holder_order_index(const struct holder_order *order, int32_t number);

#endif
