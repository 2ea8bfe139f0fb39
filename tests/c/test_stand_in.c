/* Who looks when the first thread is late. */

#define _GNU_SOURCE 1

#include <sched.h>

#include "check.h"
#include "stand_in.h"

enum { MS = 1000000 };

static atomic_uint looks;

static void
count_look(void *argument)
{
    CHECK(argument == &looks);
    atomic_fetch_add(&looks, 1);
}

static void
wait_for_looks(unsigned wanted)
{
    while (atomic_load(&looks) < wanted) {
        os_sleep_ns(MS);
    }
}

static void
it_looks_when_the_first_is_late_and_rests_when_nobody_comes(struct stand_in *stand_in)
{
    stand_in_expect(stand_in, MS);
    wait_for_looks(STAND_IN_MOST_TURNS);
    os_sleep_ns(20 * MS);
    CHECK(atomic_load(&looks) == STAND_IN_MOST_TURNS);

    stand_in_expect(stand_in, MS);
    wait_for_looks(2 * STAND_IN_MOST_TURNS);
}

static void
it_waits_for_as_long_as_it_is_told(struct stand_in *stand_in)
{
    stand_in_expect(stand_in, 0);
    os_sleep_ns(20 * MS);
    unsigned before = atomic_load(&looks);
    stand_in_expect(stand_in, UINT64_C(1000000) * MS);
    os_sleep_ns(20 * MS);
    stand_in_expect(stand_in, 0);
    os_sleep_ns(20 * MS);
    CHECK(atomic_load(&looks) == before);
}

static void
on_one_core_nobody_stands_in(void)
{
    cpu_set_t all, one;
    CHECK(sched_getaffinity(0, sizeof all, &all) == 0);
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0) {
        return;
    }
    unsigned before = atomic_load(&looks);
    struct stand_in stand_in;
    stand_in_start(&stand_in, count_look, &looks, MS);
    stand_in_expect(&stand_in, MS);
    os_sleep_ns(20 * MS);
    stand_in_stop(&stand_in);
    CHECK(atomic_load(&looks) == before);
    CHECK(sched_setaffinity(0, sizeof all, &all) == 0);
}

int
main(void)
{
    struct stand_in stand_in;
    stand_in_start(&stand_in, count_look, &looks, MS);
    stand_in_expect(&stand_in, 0);
    if (stand_in.is_there && stand_in.has_a_core) {
        it_looks_when_the_first_is_late_and_rests_when_nobody_comes(&stand_in);
        it_waits_for_as_long_as_it_is_told(&stand_in);
    }
    else {
        printf("nobody stands in here: one core, or no timers\n");
    }
    stand_in_stop(&stand_in);
    stand_in_stop(&stand_in);
    on_one_core_nobody_stands_in();
    return 0;
}
