/* Handovers are counted in the tenth of the call's CPU time that they came in. */

#include "check.h"
#include "checking/handovers.h"
#include "os/os_threads.h"

enum { TENTH_NS = 1000000 };

static void
work_for(uint64_t nanoseconds)
{
    uint64_t end_ns = clock_thread_cpu_ns() + nanoseconds;
    while (clock_thread_cpu_ns() < end_ns) {
    }
}

static uint64_t
total(const struct handovers *handovers)
{
    uint64_t calls = 0;
    for (int place = 0; place < HANDOVER_PLACES; place++) {
        calls += handovers->calls_at[place];
    }
    return calls;
}

/* Of this thread, as if it made the calls. */
static struct handovers
new_handovers(void)
{
    struct thread_clock clock;
    struct handovers handovers;
    CHECK(thread_clock_find(&clock));
    handovers_init(&handovers, &clock);
    return handovers;
}

static void
test_place_is_where_the_work_stood(void)
{
    struct handovers handovers = new_handovers();
    for (uint64_t serial = 1; serial <= 9; serial += 2) {
        handovers_enter_call(&handovers);
        work_for(5 * TENTH_NS + TENTH_NS / 2);
        handovers_note(&handovers, serial, serial);
        work_for(4 * TENTH_NS + TENTH_NS / 2);
        handovers_leave_call(&handovers);
    }
    CHECK(handovers.requested_calls == 5);
    CHECK(handovers.grants == 5);
    CHECK(handovers.refusals == 0);
    CHECK(handovers.calls_at[5] == 5);
    CHECK(total(&handovers) == 5);
    CHECK(handovers.cpu_ns >= 5 * 10 * TENTH_NS);
}

static void
test_sleep_moves_no_place(void)
{
    struct handovers handovers = new_handovers();
    handovers_enter_call(&handovers);
    work_for(TENTH_NS / 2);
    os_sleep_ns(20 * TENTH_NS);
    handovers_note(&handovers, 1, 1);
    work_for(9 * TENTH_NS + TENTH_NS / 2);
    handovers_leave_call(&handovers);
    CHECK(handovers.calls_at[0] == 1);
    CHECK(total(&handovers) == 1);
}

static void
test_call_counts_once_per_place_and_not_when_it_was_over(void)
{
    struct handovers handovers = new_handovers();
    handovers_enter_call(&handovers);
    work_for(9 * TENTH_NS + TENTH_NS / 2);
    for (int i = 0; i < 2 * MAX_HANDOVERS_PER_CALL; i++) {
        handovers_note(&handovers, 1, 1);
    }
    work_for(TENTH_NS / 2);
    handovers_note(&handovers, 1, 2);
    handovers_leave_call(&handovers);
    CHECK(handovers.requested_calls == 1);
    CHECK(handovers.grants == 2 * MAX_HANDOVERS_PER_CALL);
    CHECK(handovers.refusals == 1);
    CHECK(handovers.calls_at[9] == 1);
    CHECK(total(&handovers) == 1);
    handovers_enter_call(&handovers);
    handovers_leave_call(&handovers);
    CHECK(total(&handovers) == 1);
}

static void
test_request_that_a_later_call_grants_is_granted(void)
{
    struct handovers handovers = new_handovers();
    handovers_enter_call(&handovers);
    handovers_note(&handovers, 1, 3);
    handovers_leave_call(&handovers);
    CHECK(handovers.grants == 1);
    CHECK(handovers.refusals == 0);
}

int
main(void)
{
    test_place_is_where_the_work_stood();
    test_sleep_moves_no_place();
    test_call_counts_once_per_place_and_not_when_it_was_over();
    test_request_that_a_later_call_grants_is_granted();
    return 0;
}
