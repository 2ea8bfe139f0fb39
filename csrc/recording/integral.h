/* A small whole number that is seen in samples, integrated over time: how many threads wait, or
   whether one does. Between two samples that differ it is taken to change halfway. No Python.h
   here; gilext/recording/estimates.py works out the error from the sums. */

#ifndef GILEXT_INTEGRAL_H
#define GILEXT_INTEGRAL_H

#include <stdbool.h>
#include <stdint.h>

struct integral {
    uint64_t sum_ns;     /* of the number times time */
    uint64_t squares_ns; /* of its square times time */
    uint64_t jumps;      /* of the squares of what two samples in a row differ by */
    double jumps_ns2;    /* the same, each times the square of their distance */
};

/* Two samples in a row. `is_seen`: they lie close enough together to tell of a change. */
void integral_add(struct integral *integral, uint32_t before, uint32_t after, uint64_t gap_ns,
                  bool is_seen);

/* Add another to it, as if they were of one number. */
void integral_join(struct integral *integral, const struct integral *other);

/* What was added since it was `earlier`. */
struct integral integral_since(const struct integral *integral, const struct integral *earlier);

#endif
