/* Where the holders of a recording stand in Python, which has them as a list. No Python.h here. */

#ifndef GILEXT_HOLDER_ORDER_H
#define GILEXT_HOLDER_ORDER_H

#include "recording/recorder.h"

/* The holders that are kept, in the order of their numbers: in a recording with few threads, a
   holder's number is its index here. */
struct holder_order {
    int32_t count;
    int32_t slots[RECORDER_MAX_HOLDERS];
    int32_t numbers[RECORDER_MAX_HOLDERS];
};

/* For qsort() and bsearch(). */
int compare_holder_numbers(const void *left, const void *right);

void recorder_order_holders(const struct recorder *recorder, struct holder_order *order);

/* The index of a holder's number in the order; `count` for one that was folded. */
int32_t holder_order_index(const struct holder_order *order, int32_t number);

#endif
