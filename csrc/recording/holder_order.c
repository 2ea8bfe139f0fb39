#include "recording/holder_order.h"

#include <stdlib.h>

int
compare_holder_numbers(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return (a > b) - (a < b);
}

int32_t
holder_order_index(const struct holder_order *order, int32_t number)
{
    const int32_t *found = bsearch(&number, order->numbers, (size_t)order->count, sizeof number,
                                   compare_holder_numbers);
    return found == NULL ? order->count : (int32_t)(found - order->numbers);
}

void
recorder_order_holders(const struct recorder *recorder, struct holder_order *order)
{
    order->count = 0;
    for (int32_t i = 0; i < RECORDER_MAX_HOLDERS; i++) {
        if (recorder->holders[i].number != RECORDER_NOBODY) {
            order->numbers[order->count++] = recorder->holders[i].number;
        }
    }
    qsort(order->numbers, (size_t)order->count, sizeof *order->numbers, compare_holder_numbers);
    for (int32_t i = 0; i < RECORDER_MAX_HOLDERS; i++) {
        if (recorder->holders[i].number != RECORDER_NOBODY) {
            order->slots[holder_order_index(order, recorder->holders[i].number)] = i;
        }
    }
}
