/* A loop that can be split among threads, without Python.h: the work of the lesson "split_sum". */

#ifndef GILEXT_SUM_RANGE_H
#define GILEXT_SUM_RANGE_H

#include <stdint.h>

/* The largest `stop` that sum_range() takes: the sum still fits. */
#define SUM_RANGE_LIMIT UINT64_C(4294967296)

/* Add up the numbers from `start` to below `stop`, one by one. */
uint64_t sum_range(uint64_t start, uint64_t stop);

#endif
