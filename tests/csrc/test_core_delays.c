/* Whoever holds the GIL is followed, also after another had it; delays are kept. */

#include "check.h"
#include "checking/core_delays.h"
#include "made_up_gil.h"

static const struct gil NO_GIL = {NULL, NULL};

static void
test_each_holder_is_followed_once(void)
{
    struct core_delays delays = {.items = NULL};
    for (uint64_t now_ns = 1; now_ns < 10; now_ns++) {
        core_delays_note(&delays, &NO_GIL, 1 + now_ns % 2, now_ns);
    }
    core_delays_note(&delays, &NO_GIL, 0, 10);
    CHECK(delays.count == 2);
    CHECK(delays.threads[delays.current].read_ns == 10);
    core_delays_free(&delays);
}

static void
test_oldest_makes_room(void)
{
    struct core_delays delays = {.items = NULL};
    for (gil_holder holder = 1; holder <= MAX_FOLLOWED + 1; holder++) {
        core_delays_note(&delays, &NO_GIL, holder, holder);
    }
    CHECK(delays.threads[0].native_id == MAX_FOLLOWED + 1);
    CHECK(delays.threads[1].native_id == 2);
    core_delays_free(&delays);
}

/* A thread state at the same address may be another thread's. */
static void
test_holder_is_identified_again_after_a_new_thread(void)
{
    struct core_delays delays = {.items = NULL};
    core_delays_note(&delays, &NO_GIL, 1, 1);
    atomic_store(&made_up_generation, 1);
    core_delays_note(&delays, &NO_GIL, 1, 2);
    CHECK(delays.count == 2);
    atomic_store(&made_up_generation, 0);
    core_delays_free(&delays);
}

int
main(void)
{
    test_each_holder_is_followed_once();
    test_oldest_makes_room();
    test_holder_is_identified_again_after_a_new_thread();
    return 0;
}
