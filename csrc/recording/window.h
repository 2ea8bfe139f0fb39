/* What a recording added up to at the steps of a window that rolls on, without Python.h: a reader
   subtracts the oldest step from now. A Python author would call it a deque of Counters. */

#ifndef GILEXT_WINDOW_H
#define GILEXT_WINDOW_H

#include <stdint.h>

#include "recording/recorder_sums.h"

enum { WINDOW_STEPS = 10 };

/* Where one step ends and the next begins. */
struct window_edge {
    struct recorder_sums sums;
    struct longest_spans longest; /* of those that ended in the step before, or went on here */
};

/* A ring of edges: the oldest is where the window begins. */
struct window {
    uint64_t step_ns; /* 0: nobody wants a window */
    uint64_t next_ns; /* when the next edge is due */
    uint64_t count;   /* of edges since the beginning */
    struct window_edge edges[WINDOW_STEPS + 1];
};

void window_init(struct window *window, uint64_t length_ns);

/* Call after each sample: begins the window, or moves it on if a step is over. */
void window_advance(struct window *window, struct recorder *recorder);

/* What lies between the window's oldest edge and the recorder's last sample: all sums but
   `start_ns` and `end_ns` are of that time alone. `longest` gets the longest hold and wait that
   ended in it or go on. At least one sample was taken. */
struct recorder_sums window_read(const struct window *window, const struct recorder *recorder,
                                 struct longest_spans *longest);

#endif
