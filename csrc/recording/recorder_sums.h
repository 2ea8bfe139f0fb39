/* What a recording adds up to, at any time and between two. No Python.h here. */

#ifndef GILEXT_RECORDER_SUMS_H
#define GILEXT_RECORDER_SUMS_H

#include "recording/recorder.h"

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
    struct integral waiters;
    struct integral pressure;
    uint64_t held_wait_ns;
};

/* What was added from `earlier` to `sums`: all but `start_ns` and `end_ns`, which stay. */
struct recorder_sums recorder_sums_since(const struct recorder_sums *sums,
                                         const struct recorder_sums *earlier);

struct recorder_sums recorder_sum_up(const struct recorder *recorder);

#endif
