/* A thread that is kept from its core is delayed; one that sleeps isn't. */

#include <stdatomic.h>
#ifdef __linux__
#include <sched.h>
#endif

#include "check.h"
#include "os/os_threads.h"
#include "os/run_delay.h"

static void
test_unknown_delay_stays_what_it_was(void)
{
    struct run_delay delay;
    run_delay_open(&delay, 0); /* nobody's number */
    CHECK(run_delay_ns(&delay, 5) == 5);
    run_delay_close(&delay);
    run_delay_close(&delay);
    CHECK(run_delay_ns(&delay, 6) == 6);
}

#ifdef __linux__

enum { NEIGHBOURS = 3 };

struct race {
    atomic_bool is_over;
};

static void
take_a_core(void *opaque_race)
{
    struct race *race = opaque_race;
    while (!atomic_load(&race->is_over)) {
    }
}

/* All on one core: then none but one of them runs at a time. */
static void
test_delay_is_the_time_without_a_core(void)
{
    struct race race = {false};
    struct run_delay delay;
    os_thread threads[NEIGHBOURS];
    cpu_set_t one_core, before;
    sched_getaffinity(0, sizeof before, &before);
    CPU_ZERO(&one_core);
    CPU_SET((size_t)sched_getcpu(), &one_core);
    if (sched_setaffinity(0, sizeof one_core, &one_core) != 0) {
        return;
    }
    run_delay_open(&delay, (uint64_t)syscall(SYS_gettid));
    uint64_t asleep_ns = run_delay_ns(&delay, 0);
    for (int i = 0; i < NEIGHBOURS; i++) {
        CHECK(os_thread_start(&threads[i], take_a_core, &race));
    }
    while (delay.file >= 0 && run_delay_ns(&delay, asleep_ns) - asleep_ns < 10000000) {
    }
    atomic_store(&race.is_over, true);
    for (int i = 0; i < NEIGHBOURS; i++) {
        os_thread_join(&threads[i]);
    }
    CHECK(run_delay_ns(&delay, UINT64_MAX) == UINT64_MAX);
    run_delay_close(&delay);
    sched_setaffinity(0, sizeof before, &before);
}

#else

static void
test_delay_is_the_time_without_a_core(void)
{
}

#endif

int
main(void)
{
    test_unknown_delay_stays_what_it_was();
    test_delay_is_the_time_without_a_core();
    return 0;
}
