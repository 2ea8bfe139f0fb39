/* The loops that watch the clock: how long they take, and how far they come. */

#include "loops/timed_loops.h"

#include "check.h"
#include "loops/loops.h"
#include "os/clock.h"

static void
test_a_burn_takes_what_it_tells_and_no_less_than_asked_for(void)
{
    for (uint64_t nanoseconds = 0; nanoseconds < 100000; nanoseconds += 997) {
        uint64_t start = clock_monotonic_ns();
        uint64_t burnt = timed_burn(nanoseconds);
        uint64_t end = clock_monotonic_ns();
        CHECK(nanoseconds <= burnt && burnt <= end - start);
    }
}

static void
test_a_spin_with_time_enough_makes_all_iterations(void)
{
    const uint64_t span = 1 << 16;
    const uint64_t iterations[] = {0, 1, span - 1, span, span + 1, 10 * span + 7};
    for (size_t i = 0; i < sizeof iterations / sizeof iterations[0]; i++) {
        uint64_t chain = 42;
        CHECK(timed_spin(&chain, iterations[i], UINT64_MAX) == iterations[i]);
        CHECK(chain == gilext_spin(iterations[i], 42));
    }
}

static void
test_a_spin_without_time_makes_none(void)
{
    uint64_t chain = 42;
    CHECK(timed_spin(&chain, 1000, 0) == 0);
    CHECK(chain == 42);
}

static void
test_a_spin_that_runs_out_of_time_tells_how_far_it_came(void)
{
    uint64_t chain = 42;
    uint64_t start = clock_monotonic_ns();
    uint64_t done = timed_spin(&chain, UINT64_MAX, 1000000);
    CHECK(clock_monotonic_ns() - start >= 1000000);
    CHECK(done < UINT64_MAX);
    CHECK(chain == gilext_spin(done, 42));
}

int
main(void)
{
    test_a_burn_takes_what_it_tells_and_no_less_than_asked_for();
    test_a_spin_with_time_enough_makes_all_iterations();
    test_a_spin_without_time_makes_none();
    test_a_spin_that_runs_out_of_time_tells_how_far_it_came();
    return EXIT_SUCCESS;
}
