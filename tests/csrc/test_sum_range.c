/* The sum that a lesson splits is the same in one part and in several. */

#include "lab/sum_range.h"

#include "check.h"

int
main(void)
{
    CHECK(sum_range(0, 0) == 0 && sum_range(7, 7) == 0 && sum_range(8, 7) == 0);
    CHECK(sum_range(5, 8) == 18);
    CHECK(sum_range(0, 1000) + sum_range(1000, 100000) == UINT64_C(4999950000));
    return EXIT_SUCCESS;
}
