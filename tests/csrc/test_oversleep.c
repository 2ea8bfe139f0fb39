/* Late is what should be awake and isn't; a sleep isn't late before its end. */

#include "check.h"
#include "os/os_threads.h"
#include "os/oversleep.h"

enum { MILLISECOND_NS = 1000000 };

static void
test_nothing_is_late_before_it_is_due(void)
{
    struct oversleep oversleep;
    oversleep_init(&oversleep);
    uint64_t due_ns = atomic_load(&oversleep.due_ns);
    CHECK(oversleep_until(&oversleep, due_ns) == 0);
    CHECK(oversleep_until(&oversleep, due_ns + OVERSLEEP_TOLERANCE_NS) == 0);
    CHECK(oversleep_until(&oversleep, due_ns - MILLISECOND_NS) == 0);
}

static void
test_who_does_not_wake_is_later_and_later(void)
{
    struct oversleep oversleep;
    oversleep_init(&oversleep);
    uint64_t due_ns = atomic_load(&oversleep.due_ns);
    CHECK(oversleep_until(&oversleep, due_ns + 5 * MILLISECOND_NS) == 5 * MILLISECOND_NS);
    CHECK(oversleep_until(&oversleep, due_ns + 9 * MILLISECOND_NS) == 9 * MILLISECOND_NS);
    CHECK(atomic_load(&oversleep.wakes) == 0);
}

static void
test_late_waking_is_kept_and_being_awake_adds_nothing(void)
{
    struct oversleep oversleep;
    oversleep_init(&oversleep);
    os_sleep_ns(5 * MILLISECOND_NS);
    oversleep_note_wakeup(&oversleep);
    uint64_t now_ns = clock_monotonic_ns();
    uint64_t kept_ns = oversleep_until(&oversleep, now_ns);
    CHECK(kept_ns >= 5 * MILLISECOND_NS);
    CHECK(oversleep_until(&oversleep, now_ns + 100 * MILLISECOND_NS) == kept_ns);
    oversleep_note_sleep(&oversleep, MILLISECOND_NS);
    oversleep_note_wakeup(&oversleep);
    CHECK(oversleep_until(&oversleep, clock_monotonic_ns()) >= kept_ns);
    CHECK(atomic_load(&oversleep.wakes) == 2);
}

int
main(void)
{
    test_nothing_is_late_before_it_is_due();
    test_who_does_not_wake_is_later_and_later();
    test_late_waking_is_kept_and_being_awake_adds_nothing();
    return 0;
}
