/* The pause between samples, driven by made-up counts of involuntary context switches and a made-up
   clock of CPU time. */

#include "check.h"
#include "recording/pace.h"

enum {
    IDLE = 200000,
    BUDGET = 10000000, /* 1 % of a core */
    COST = 15000,      /* CPU time per sample */
    BUSY = 2700000,    /* what that and 12 µs of displacement make of the budget */
};

static uint64_t now_ns, switches, cpu_ns, cost_ns;

static void
init(struct pace *pace, uint64_t interval_ns, uint64_t budget_ns)
{
    cost_ns = COST;
    cpu_ns = 0;
    pace_init(pace, interval_ns, budget_ns, switches);
}

/* Sample until a check is due, with that many context switches in a hundred samples. */
static void
go_on(struct pace *pace, uint64_t per_hundred)
{
    uint64_t samples = 1;
    while (!pace_count_sample(pace)) {
        samples++;
    }
    switches += samples * per_hundred / 100;
    cpu_ns += samples * cost_ns;
    now_ns += 1000;
    pace_check(pace, now_ns, switches, cpu_ns);
}

static void
test_the_pause_is_short_while_a_core_is_idle_and_long_while_all_are_busy(void)
{
    struct pace pace;
    init(&pace, IDLE, BUDGET);
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
    init(&pace, IDLE, BUDGET);
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
    init(&pace, IDLE, BUDGET);
    int samples = 1;
    while (!pace_count_sample(&pace)) {
        samples++;
    }
    pace_check(&pace, ++now_ns, switches += 100, 0);
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
    init(&pace, IDLE, BUDGET);
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
    init(&pace, IDLE, BUDGET);
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
test_without_a_budget_it_is_never_throttled(void)
{
    struct pace pace;
    init(&pace, IDLE, 0);
    go_on(&pace, 100);
    CHECK(pace.all_cores_busy && pace.pause_ns == IDLE);
    CHECK(pace_throttled_ns(&pace, now_ns) == 0);
}

static void
test_the_pause_of_busy_cores_follows_what_samples_cost(void)
{
    struct pace pace;
    init(&pace, IDLE, BUDGET);
    go_on(&pace, 100);
    CHECK(pace.pause_ns == BUSY);
    cost_ns = 5 * COST;
    go_on(&pace, 100);
    CHECK(pace.pause_ns == BUSY + 1500000); /* a quarter of the way */
    for (int i = 0; i < 100; i++) {
        go_on(&pace, 100);
    }
    CHECK(pace.pause_ns > BUSY + 5900000 && pace.pause_ns <= BUSY + 6000000);
    go_on(&pace, 0);
    CHECK(pace.pause_ns == IDLE);
}

static void
test_a_larger_budget_is_a_shorter_pause_and_never_below_the_interval(void)
{
    struct pace pace;
    init(&pace, IDLE, 4 * BUDGET);
    go_on(&pace, 100);
    CHECK(pace.pause_ns == BUSY / 4);
    init(&pace, IDLE, 100 * BUDGET);
    go_on(&pace, 100);
    CHECK(pace.pause_ns == IDLE && pace.all_cores_busy);
    CHECK(pace_throttled_ns(&pace, now_ns) == 0);
}

static void
test_no_pause_is_longer_than_a_second(void)
{
    struct pace pace;
    init(&pace, IDLE, 1);
    go_on(&pace, 100);
    CHECK(pace.pause_ns == 1000000000);
}

static void
test_a_clock_that_can_not_be_read_leaves_an_assumed_cost(void)
{
    struct pace pace;
    init(&pace, IDLE, BUDGET);
    cost_ns = 0;
    go_on(&pace, 100);
    CHECK(pace.pause_ns == 3300000);
    cost_ns = COST;
    go_on(&pace, 100);
    CHECK(pace.pause_ns == BUSY);
    cpu_ns = cost_ns = 0; /* as if it were forbidden from now on: what was measured stays */
    go_on(&pace, 100);
    CHECK(pace.pause_ns == BUSY);
}

int
main(void)
{
    test_the_pause_is_short_while_a_core_is_idle_and_long_while_all_are_busy();
    test_between_the_limits_nothing_changes();
    test_while_throttled_it_checks_after_fewer_samples();
    test_what_the_backup_displaces_does_not_count();
    test_throttled_time_adds_up();
    test_without_a_budget_it_is_never_throttled();
    test_the_pause_of_busy_cores_follows_what_samples_cost();
    test_a_larger_budget_is_a_shorter_pause_and_never_below_the_interval();
    test_no_pause_is_longer_than_a_second();
    test_a_clock_that_can_not_be_read_leaves_an_assumed_cost();
    return 0;
}
