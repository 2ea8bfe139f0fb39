/* The stand-in asks for the GIL only of one who stands still while nobody else waits. */

#include "check.h"
#include "checking/stand_in.h"
#include "made_up_gil.h"
#include "os/os_threads.h"

enum { MS = 1000000, PATIENCE_NS = 5 * MS };

static const struct gil NO_GIL = {NULL, NULL};

static const uint64_t LONG_NS = 100 * (uint64_t)1000000000;

static bool
asks_within(struct stand_in *stand_in, uint64_t nanoseconds)
{
    uint64_t end_ns = clock_monotonic_ns() + nanoseconds;
    do {
        if (stand_in_sample(stand_in)) {
            return true;
        }
        os_sleep_ns(MS / 10);
    } while (clock_monotonic_ns() < end_ns);
    return false;
}

static struct stand_in_request
grant(struct stand_in *stand_in)
{
    struct stand_in_request pending = stand_in->pending;
    CHECK(stand_in->is_pending);
    pending.granted_ns = clock_monotonic_ns();
    stand_in_note_grant(stand_in, pending.granted_ns);
    CHECK(!stand_in->is_pending);
    return pending;
}

static void
test_thread_that_stands_still_is_asked_once(struct stand_in *stand_in)
{
    uint64_t before_ns = clock_monotonic_ns();
    CHECK(asks_within(stand_in, LONG_NS));
    CHECK(!asks_within(stand_in, 4 * PATIENCE_NS));
    struct stand_in_request request = grant(stand_in);
    CHECK(request.since_ns >= before_ns);
    CHECK(request.requested_ns >= request.since_ns + PATIENCE_NS);
    CHECK(request.requested_ns - request.since_ns <= 2 * PATIENCE_NS);
    CHECK(request.refused_ns == 0);
    CHECK(stand_in->requests[stand_in->request_count - 1].granted_ns == request.granted_ns);
}

static void
test_refusal_begins_when_the_holder_knows(struct stand_in *stand_in)
{
    CHECK(asks_within(stand_in, LONG_NS));
    CHECK(!stand_in_sample(stand_in));
    uint64_t before_ns = clock_monotonic_ns();
    atomic_store(&made_up_request, true);
    CHECK(!stand_in_sample(stand_in));
    uint64_t after_ns = clock_monotonic_ns();
    CHECK(!stand_in_sample(stand_in));
    struct stand_in_request request = grant(stand_in);
    CHECK(before_ns <= request.refused_ns && request.refused_ns <= after_ns);
    atomic_store(&made_up_request, false);
}

static void
test_next_holder_does_not_refuse(struct stand_in *stand_in)
{
    CHECK(asks_within(stand_in, LONG_NS));
    atomic_fetch_add(&made_up_switches, 1);
    atomic_store(&made_up_request, true);
    CHECK(!stand_in_sample(stand_in));
    CHECK(grant(stand_in).refused_ns == 0);
    atomic_store(&made_up_request, false);
}

static void
test_thread_that_moves_is_not_asked(struct stand_in *stand_in)
{
    uint64_t end_ns = clock_monotonic_ns() + 4 * PATIENCE_NS;
    while (clock_monotonic_ns() < end_ns) {
        atomic_fetch_add(&made_up_place, 1);
        CHECK(!stand_in_sample(stand_in));
    }
}

static void
test_nobody_is_asked_while_another_waits(struct stand_in *stand_in)
{
    atomic_store(&made_up_waiters, 1);
    CHECK(!asks_within(stand_in, 4 * PATIENCE_NS));
    atomic_store(&made_up_waiters, 0);
    CHECK(asks_within(stand_in, LONG_NS));
    grant(stand_in);
}

static void
test_nobody_is_asked_while_the_gil_is_free(struct stand_in *stand_in)
{
    atomic_store(&made_up_holder, 0);
    CHECK(!asks_within(stand_in, 4 * PATIENCE_NS));
    atomic_store(&made_up_holder, 1);
}

static void
test_without_frames_nothing_is_known_of_the_time_before(struct stand_in *stand_in)
{
    atomic_store(&made_up_place, 0);
    CHECK(asks_within(stand_in, LONG_NS));
    struct stand_in_request request = grant(stand_in);
    CHECK(request.since_ns == request.requested_ns);
    atomic_store(&made_up_place, 1);
}

static void
note_request_of(struct stand_in *stand_in, uint64_t length_ns)
{
    stand_in->pending = (struct stand_in_request){.since_ns = 1, .requested_ns = 1};
    stand_in_note_grant(stand_in, 1 + length_ns);
}

static void
test_longest_requests_are_kept(void)
{
    struct stand_in stand_in;
    stand_in_init(&stand_in, &NO_GIL, PATIENCE_NS);
    note_request_of(&stand_in, 1000);
    for (int i = 0; i < 2 * STAND_IN_MAX_REQUESTS; i++) {
        note_request_of(&stand_in, 1);
    }
    note_request_of(&stand_in, 2000);
    CHECK(stand_in.request_count == STAND_IN_MAX_REQUESTS);
    uint64_t in_all_ns = 0;
    for (size_t i = 0; i < stand_in.request_count; i++) {
        in_all_ns += stand_in.requests[i].granted_ns - stand_in.requests[i].since_ns;
    }
    CHECK(in_all_ns == 1000 + 2000 + STAND_IN_MAX_REQUESTS - 2);
    stand_in_free(&stand_in);
}

int
main(void)
{
    struct stand_in stand_in;
    atomic_store(&made_up_holder, 1);
    atomic_store(&made_up_place, 1);
    stand_in_init(&stand_in, &NO_GIL, PATIENCE_NS);
    test_thread_that_stands_still_is_asked_once(&stand_in);
    test_refusal_begins_when_the_holder_knows(&stand_in);
    test_next_holder_does_not_refuse(&stand_in);
    test_thread_that_moves_is_not_asked(&stand_in);
    test_nobody_is_asked_while_another_waits(&stand_in);
    test_nobody_is_asked_while_the_gil_is_free(&stand_in);
    test_without_frames_nothing_is_known_of_the_time_before(&stand_in);
    stand_in_free(&stand_in);
    test_longest_requests_are_kept();
    return 0;
}
