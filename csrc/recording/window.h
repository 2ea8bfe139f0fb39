/* What a recording added up to at the steps of a window that rolls on, without Python.h: a reader
   subtracts the oldest step from now. A Python author would call it a deque of Counters. */

#ifndef GILEXT_WINDOW_H
#define GILEXT_WINDOW_H

#include <stdint.h>

#include "recording/recorder.h"

enum { WINDOW_STEPS = 10 };

/* The recorder's sums that a held fraction and its error are worked out from; each only grows. */
struct window_sums {
    uint64_t end_ns;
    uint64_t held_ns;
    uint64_t observed_ns;
    uint64_t observed_pairs;
    uint64_t changes;
    double changes_ns2;
    double unseen_ns2;
};

/* A ring of WINDOW_STEPS + 1 edges: the oldest is where the window begins. */
struct window {
    uint64_t step_ns; /* 0: nobody wants a window */
    uint64_t next_ns;
    uint64_t count; /* of edges since the beginning */
    struct {
        struct window_sums sums;
        uint64_t longest_hold_ns; /* in the step that ends here */
    } edges[WINDOW_STEPS + 1];
};

/* Begin at the recorder's first sample. */
void window_begin(struct window *window, uint64_t seconds_ns, const struct recorder *recorder);

/* Call after each sample: moves the window on if a step is over. */
void window_advance(struct window *window, struct recorder *recorder);

/* What lies between the window's oldest edge and the recorder's last sample, and the longest hold
   that ended there or goes on. `start_ns` gets the edge's time. */
struct window_sums window_read(const struct window *window, const struct recorder *recorder,
                               uint64_t *start_ns, uint64_t *longest_hold_ns);

#endif
