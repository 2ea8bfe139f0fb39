/* Joins samples of the GIL into holds, without Python.h.

   A sample says who held the GIL at one moment, how often it had changed its holder by then, how
   many threads waited, and whether somebody had asked for it. If two samples in a row differ, the
   change is put halfway between them; a hold between two samples of another holder ends that one's,
   and is too short to be seen itself.

   The holder that two samples agree on may have released the GIL between them and taken it again:
   CPython counts that as no change. So a hold in which nobody asked is an upper bound, "found held
   each time". Once a thread is seen to wait for the GIL, or to have asked for it, what follows is a
   wait: that thread waits until it has the GIL, which counts as a change. A stall is that part; at
   an end where samples lay far apart, no more of it than was seen.

   Samples lie far apart while all cores are busy, or if the sampling thread gets none. Held time is
   counted all the same. But a hold is said to be no longer than its samples, with two intervals at
   each end, if no two of them lay far apart while nobody waited: if so, no longer than the longest
   part of which that is true.

   Totals stay exact for as long as a recording lasts; the holds one by one are kept until their
   memory is full, the longest ones always. */

#ifndef GILEXT_RECORDER_H
#define GILEXT_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recording/holds.h"
#include "recording/integral.h"
#include "recording/seen_span.h"

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
    uint64_t caused_wait_ns;  /* by other threads while it held, together */
    uint64_t waited_ns;       /* by itself, as far as it was named among those who waited */
    uint64_t longest_wait_ns; /* that is certain */
    struct integral attached; /* of 1 while it was attached and there was no GIL */
};

/* What one sample saw; `holder` is a slot of the recorder's, or RECORDER_NOBODY. */
struct sighting {
    uint64_t now_ns; /* never goes backwards */
    int32_t holder;
    uint64_t switches; /* differs from the last sample's if the GIL has changed hands since */
    uint32_t waiters;  /* threads that wait for the GIL; 0 too if that is unknown */
};

struct longest_spans {
    uint64_t hold_ns;
    uint64_t wait_ns; /* of one thread, without a doubt */
};

/* Make each of them as long as the other's, if that is longer. */
void longest_spans_add(struct longest_spans *longest, struct longest_spans other);

struct recorder {
    uint64_t start_ns;
    struct sighting last;
    uint64_t last_gap_ns;
    struct hold open;      /* meaningful while last.holder is somebody */
    struct seen_span seen; /* of the open hold */
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

    struct integral waiters;
    struct integral pressure; /* of 1 while somebody waits, and 0 else */
    uint64_t held_wait_ns;    /* of `waiters` while the GIL was held */

    int32_t next_number;
    struct holder_total folded; /* the holders that had to make room, together */
    size_t folded_count;

    struct hold_list holds;
    struct hold_list stalls; /* the waits of `stall_ns` and more */
    uint64_t stall_ns;

    struct longest_spans longest_since_pop; /* the open hold left out */

    /* A sample changes no more of what follows than one holder, for how long others were attached,
       and a few of the longest holds: the journal keeps what comes before. */
    struct holder_total holders[RECORDER_MAX_HOLDERS]; /* by slot */
    struct longest_holds longest;
};

/* Begin a recording that keeps up to `max_holds` holds one by one; waits of `stall_ns` and more
   are stalls, and a tenth of the room is theirs alone. */
void recorder_init(struct recorder *recorder, struct arena *arena, uint64_t max_gap_ns,
                   uint64_t stall_ns, size_t max_holds);

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

/* How long the open hold lasts as of the last sample; 0 when there is none. */
uint64_t recorder_open_ns(const struct recorder *recorder);

/* The longest part of it that was closely sampled; 0 when there is none. */
uint64_t recorder_open_seen_ns(const struct recorder *recorder);

/* Since recorder_pop_longest() was last called, what the open hold has of them included. */
struct longest_spans recorder_longest_since_pop(const struct recorder *recorder);
struct longest_spans recorder_pop_longest(struct recorder *recorder);

#endif
