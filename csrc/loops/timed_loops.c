#include "loops/timed_loops.h"

#include "loops/loops.h"
#include "os/clock.h"

uint64_t
timed_burn(uint64_t nanoseconds)
{
    uint64_t start = clock_monotonic_ns();
    uint64_t elapsed;
    do {
        elapsed = clock_monotonic_ns() - start;
    } while (elapsed < nanoseconds);
    return elapsed;
}

uint64_t
timed_spin(uint64_t *chain, uint64_t iterations, uint64_t nanoseconds)
{
    const uint64_t span = 1 << 16;
    uint64_t start = clock_monotonic_ns();
    uint64_t done = 0;
    while (done < iterations && clock_monotonic_ns() - start < nanoseconds) {
        uint64_t now = iterations - done < span ? iterations - done : span;
        *chain = gilext_spin(now, *chain);
        done += now;
    }
    return done;
}
