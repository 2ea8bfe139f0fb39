#include "lab/sum_range.h"

/* Volatile: or a compiler puts n * (n - 1) / 2 in the place of the loop. */
uint64_t
sum_range(uint64_t start, uint64_t stop)
{
    volatile uint64_t sum = 0;
    for (uint64_t number = start; number < stop; number++) {
        sum += number;
    }
    return sum;
}
