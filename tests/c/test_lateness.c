/* Late is what should be awake and isn't; a sleep isn't late before its end. */

#define _GNU_SOURCE 1

#include "check.h"
#include "lateness.h"

enum { MILLISECOND_NS = 1000000 };

static void
test_nothing_is_late_before_it_is_due(void)
{
    struct lateness lateness;
    lateness_init(&lateness);
    uint64_t due_ns = atomic_load(&lateness.due_ns);
    CHECK(lateness_until(&lateness, due_ns) == 0);
    CHECK(lateness_until(&lateness, due_ns + EVERYDAY_LATENESS_NS) == 0);
    CHECK(lateness_until(&lateness, due_ns - MILLISECOND_NS) == 0);
}

static void
test_who_does_not_wake_is_later_and_later(void)
{
    struct lateness lateness;
    lateness_init(&lateness);
    uint64_t due_ns = atomic_load(&lateness.due_ns);
    CHECK(lateness_until(&lateness, due_ns + 5 * MILLISECOND_NS) == 5 * MILLISECOND_NS);
    CHECK(lateness_until(&lateness, due_ns + 9 * MILLISECOND_NS) == 9 * MILLISECOND_NS);
    CHECK(atomic_load(&lateness.wakes) == 0);
}

static void
test_late_waking_is_kept_and_being_awake_adds_nothing(void)
{
    struct lateness lateness;
    lateness_init(&lateness);
    os_sleep_ns(5 * MILLISECOND_NS);
    lateness_note_waking(&lateness);
    uint64_t now_ns = clock_monotonic_ns();
    uint64_t kept_ns = lateness_until(&lateness, now_ns);
    CHECK(kept_ns >= 5 * MILLISECOND_NS);
    CHECK(lateness_until(&lateness, now_ns + 100 * MILLISECOND_NS) == kept_ns);
    lateness_sleep(&lateness, MILLISECOND_NS);
    CHECK(lateness_until(&lateness, clock_monotonic_ns()) >= kept_ns);
    CHECK(atomic_load(&lateness.wakes) == 2);
}

int
main(void)
{
    test_nothing_is_late_before_it_is_due();
    test_who_does_not_wake_is_later_and_later();
    test_late_waking_is_kept_and_being_awake_adds_nothing();
    return 0;
}
