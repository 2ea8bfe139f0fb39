/* Who looks when the first thread is late. */

#include <sched.h>

#include "check.h"
#include "recording/backup_sampler.h"

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
it_looks_when_the_first_is_late_and_rests_when_nobody_comes(struct backup_sampler *backup_sampler)
{
    backup_arm(backup_sampler, MS);
    wait_for_looks(BACKUP_MAX_TURNS);
    os_sleep_ns(20 * MS);
    CHECK(atomic_load(&looks) == BACKUP_MAX_TURNS);

    backup_arm(backup_sampler, MS);
    wait_for_looks(2 * BACKUP_MAX_TURNS);
}

static void
it_waits_for_as_long_as_it_is_told(struct backup_sampler *backup_sampler)
{
    backup_arm(backup_sampler, 0);
    os_sleep_ns(20 * MS);
    unsigned before = atomic_load(&looks);
    backup_arm(backup_sampler, UINT64_C(1000000) * MS);
    os_sleep_ns(20 * MS);
    backup_arm(backup_sampler, 0);
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
    struct backup_sampler backup_sampler;
    backup_sampler_start(&backup_sampler, count_look, &looks, MS);
    backup_arm(&backup_sampler, MS);
    os_sleep_ns(20 * MS);
    backup_sampler_stop(&backup_sampler);
    CHECK(atomic_load(&looks) == before);
    CHECK(sched_setaffinity(0, sizeof all, &all) == 0);
}

int
main(void)
{
    struct backup_sampler backup_sampler;
    backup_sampler_start(&backup_sampler, count_look, &looks, MS);
    backup_arm(&backup_sampler, 0);
    if (backup_sampler.is_there && backup_sampler.has_a_core) {
        it_looks_when_the_first_is_late_and_rests_when_nobody_comes(&backup_sampler);
        it_waits_for_as_long_as_it_is_told(&backup_sampler);
    }
    else {
        printf("nobody stands in here: one core, or no timers\n");
    }
    backup_sampler_stop(&backup_sampler);
    backup_sampler_stop(&backup_sampler);
    on_one_core_nobody_stands_in();
    return 0;
}
