/* Threads meet when all have come, and only then. */

#include "loops/meeting.h"

#include "check.h"

enum { THREADS = 4, ROUNDS = 100 };

struct party {
    struct meeting *meeting;
    os_thread thread;
    uint64_t timeout;
    int rounds;
    int met;
};

/* Written between two meetings and read after the next one, without a lock of its own: the
   meeting has to make what was written visible, or the thread sanitizer speaks up. */
static int written[THREADS];

static void
attend(void *opaque_party)
{
    struct party *party = opaque_party;
    for (int i = 0; i < party->rounds; i++) {
        party->met += gilext_meet(party->meeting, party->timeout);
    }
}

static void
run_parties(struct party *parties, int count, os_thread_body body)
{
    for (int i = 0; i < count; i++) {
        CHECK(os_thread_start(&parties[i].thread, body, &parties[i]));
    }
    for (int i = 0; i < count; i++) {
        os_thread_join(&parties[i].thread);
    }
}

static void
test_who_comes_alone_meets_nobody_and_no_longer_counts(void)
{
    struct meeting meeting;
    meeting_init(&meeting, 2);
    CHECK(!gilext_meet(&meeting, 0));
    CHECK(!gilext_meet(&meeting, 1000000));
    CHECK(!gilext_meet(&meeting, 0));
    CHECK(meeting.present == 0 && meeting.round == 0);
    meeting_destroy(&meeting);
}

static void
test_a_meeting_of_one_takes_place_at_once(void)
{
    struct meeting meeting;
    meeting_init(&meeting, 1);
    CHECK(gilext_meet(&meeting, 0));
    CHECK(gilext_meet(&meeting, OS_FOREVER));
    CHECK(meeting.present == 0 && meeting.round == 2);
    meeting_destroy(&meeting);
}

static void
test_one_thread_may_arrive_for_many(void)
{
    struct meeting meeting;
    meeting_init(&meeting, 3);
    uint64_t first = meeting_arrive(&meeting);
    uint64_t second = meeting_arrive(&meeting);
    CHECK(!meeting_wait(&meeting, first, 0));
    CHECK(!meeting_leave(&meeting, first));
    CHECK(meeting.present == 1);
    uint64_t third = meeting_arrive(&meeting);
    CHECK(first == second && second == third);
    CHECK(!meeting_wait(&meeting, second, 1000));
    meeting_arrive(&meeting);
    CHECK(meeting_wait(&meeting, second, 0));
    CHECK(meeting_wait(&meeting, second, OS_FOREVER));
    CHECK(meeting_leave(&meeting, second));
    CHECK(meeting_leave(&meeting, third));
    CHECK(meeting.present == 0 && meeting.round == 1);
    meeting_destroy(&meeting);
}

static void
test_threads_meet_round_after_round(uint64_t timeout)
{
    struct meeting meeting;
    struct party parties[THREADS];
    meeting_init(&meeting, THREADS);
    for (int i = 0; i < THREADS; i++) {
        parties[i] = (struct party){.meeting = &meeting, .timeout = timeout, .rounds = ROUNDS};
    }
    run_parties(parties, THREADS, attend);
    for (int i = 0; i < THREADS; i++) {
        CHECK(parties[i].met == ROUNDS);
    }
    CHECK(meeting.present == 0 && meeting.round == ROUNDS);
    meeting_destroy(&meeting);
}

static void
write_meet_and_read(void *opaque_party)
{
    struct party *party = opaque_party;
    for (int round = 1; round <= party->rounds; round++) {
        written[party->met] = round;
        CHECK(gilext_meet(party->meeting, OS_FOREVER));
        for (int i = 0; i < THREADS; i++) {
            CHECK(written[i] == round);
        }
        CHECK(gilext_meet(party->meeting, OS_FOREVER));
    }
}

static void
test_what_was_written_before_a_meeting_is_seen_after_it(void)
{
    struct meeting meeting;
    struct party parties[THREADS];
    meeting_init(&meeting, THREADS);
    for (int i = 0; i < THREADS; i++) {
        parties[i] = (struct party){.meeting = &meeting, .rounds = ROUNDS, .met = i};
    }
    run_parties(parties, THREADS, write_meet_and_read);
    meeting_destroy(&meeting);
}

static void
test_threads_that_come_and_go_leave_nobody_behind(void)
{
    struct meeting meeting;
    struct party parties[THREADS];
    meeting_init(&meeting, THREADS + 1);
    for (int i = 0; i < THREADS; i++) {
        uint64_t timeout = (uint64_t)i * 1000;
        parties[i] = (struct party){.meeting = &meeting, .timeout = timeout, .rounds = ROUNDS};
    }
    run_parties(parties, THREADS, attend);
    for (int i = 0; i < THREADS; i++) {
        CHECK(parties[i].met == 0);
    }
    CHECK(meeting.present == 0 && meeting.round == 0);
    meeting_destroy(&meeting);
}

int
main(void)
{
    test_who_comes_alone_meets_nobody_and_no_longer_counts();
    test_a_meeting_of_one_takes_place_at_once();
    test_one_thread_may_arrive_for_many();
    test_threads_meet_round_after_round(OS_FOREVER);
    test_threads_meet_round_after_round(OS_FOREVER - 1);
    test_what_was_written_before_a_meeting_is_seen_after_it();
    test_threads_that_come_and_go_leave_nobody_behind();
    return EXIT_SUCCESS;
}
