#include "recording/integral.h"

void
integral_add(struct integral *integral, uint32_t before, uint32_t after, uint64_t gap_ns,
             bool is_seen)
{
    uint64_t first = before, second = after;
    uint64_t first_ns = gap_ns / 2, second_ns = gap_ns - gap_ns / 2;
    integral->sum_ns += first * first_ns + second * second_ns;
    integral->squares_ns += first * first * first_ns + second * second * second_ns;
    if (is_seen) {
        uint64_t step = first > second ? first - second : second - first;
        integral->jumps += step * step;
        integral->jumps_ns2 += (double)(step * step) * (double)gap_ns * (double)gap_ns;
    }
}

void
integral_join(struct integral *integral, const struct integral *other)
{
    integral->sum_ns += other->sum_ns;
    integral->squares_ns += other->squares_ns;
    integral->jumps += other->jumps;
    integral->jumps_ns2 += other->jumps_ns2;
}

struct integral
integral_since(const struct integral *integral, const struct integral *earlier)
{
    return (struct integral){
        .sum_ns = integral->sum_ns - earlier->sum_ns,
        .squares_ns = integral->squares_ns - earlier->squares_ns,
        .jumps = integral->jumps - earlier->jumps,
        .jumps_ns2 = integral->jumps_ns2 - earlier->jumps_ns2,
    };
}
