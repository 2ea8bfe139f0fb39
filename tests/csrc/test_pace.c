/* The pause between samples, driven by made-up counts of involuntary context switches. */

#include "check.h"
#include "recording/pace.h"

enum { IDLE = 200, BUSY = 3300 };

static uint64_t now_ns, switches;

/* Sample until a check is due, with that many context switches in a hundred samples. */
static void
go_on(struct pace *pace, uint64_t per_hundred)
{
    uint64_t samples = 1;
    while (!pace_count_sample(pace)) {
        samples++;
    }
    switches += samples * per_hundred / 100;
    now_ns += 1000;
    pace_check(pace, now_ns, switches);
}

static void
test_the_pause_is_short_while_a_core_is_idle_and_long_while_all_are_busy(void)
{
    struct pace pace;
    pace_init(&pace, IDLE, BUSY, switches);
    CHECK(pace.pause_ns == IDLE && pace.all_cores_busy);
    go_on(&pace, 0);
    CHECK(pace.pause_ns == IDLE && !pace.all_cores_busy);
    go_on(&pace, 100);
    CHECK(pace.pause_ns == BUSY && pace.all_cores_busy);
    go_on(&pace, 0);
    CHECK(pace.pause_ns == IDLE && !pace.all_cores_busy);
}

static void
test_between_the_limits_nothing_changes(void)
{
    struct pace pace;
    pace_init(&pace, IDLE, BUSY, switches);
    go_on(&pace, 0);
    go_on(&pace, 40);
    CHECK(!pace.all_cores_busy);
    go_on(&pace, 60);
    CHECK(pace.all_cores_busy);
    go_on(&pace, 50);
    CHECK(pace.all_cores_busy);
}

static void
test_while_throttled_it_checks_after_fewer_samples(void)
{
    struct pace pace;
    pace_init(&pace, IDLE, BUSY, switches);
    int samples = 1;
    while (!pace_count_sample(&pace)) {
        samples++;
    }
    pace_check(&pace, ++now_ns, switches += 100);
    int throttled_samples = 1;
    while (!pace_count_sample(&pace)) {
        throttled_samples++;
    }
    CHECK(samples == 16 && throttled_samples == 4);
}

static void
test_what_the_backup_displaces_does_not_count(void)
{
    struct pace pace;
    pace_init(&pace, IDLE, BUSY, switches);
    go_on(&pace, 0);
    for (int i = 0; i < 16; i++) {
        pace_count_backup_sample(&pace);
    }
    go_on(&pace, 100);
    CHECK(!pace.all_cores_busy);
    go_on(&pace, 100);
    CHECK(pace.all_cores_busy);
}

static void
test_throttled_time_adds_up(void)
{
    struct pace pace;
    pace_init(&pace, IDLE, BUSY, switches);
    go_on(&pace, 0);
    CHECK(pace_throttled_ns(&pace, now_ns) == 0);
    go_on(&pace, 100);
    go_on(&pace, 100);
    CHECK(pace_throttled_ns(&pace, now_ns + 5) == 1005);
    go_on(&pace, 0);
    CHECK(pace_throttled_ns(&pace, now_ns + 500) == 2000);
    go_on(&pace, 100);
    CHECK(pace_throttled_ns(&pace, now_ns + 7) == 2007);
}

static void
test_one_interval_for_both_is_never_throttled(void)
{
    struct pace pace;
    pace_init(&pace, IDLE, IDLE, switches);
    go_on(&pace, 100);
    CHECK(pace.all_cores_busy && pace.pause_ns == IDLE);
    CHECK(pace_throttled_ns(&pace, now_ns) == 0);
}

int
main(void)
{
    test_the_pause_is_short_while_a_core_is_idle_and_long_while_all_are_busy();
    test_between_the_limits_nothing_changes();
    test_while_throttled_it_checks_after_fewer_samples();
    test_what_the_backup_displaces_does_not_count();
    test_throttled_time_adds_up();
    test_one_interval_for_both_is_never_throttled();
    return 0;
}
