/* Stops of the world, joined from samples that the test makes up. */

#include "check.h"
#include "recording/pauses.h"
#include "recording/pool.h"
#include "recording/recorder.h"

enum { ASKER = 7, OTHER = 8, MS = 1000000 };

static struct pauses pauses;

static void
quiet(uint64_t now_ns)
{
    pauses_note(&pauses, now_ns, &(struct world_sample){.requester = 0}, RECORDER_NOBODY);
}

static void
asked(uint64_t now_ns, gil_holder asker, int64_t countdown)
{
    const struct world_sample world = {
        .is_requested = true, .requester = asker, .countdown = countdown};
    pauses_note(&pauses, now_ns, &world, (int32_t)asker);
}

static void
stopped(uint64_t now_ns, gil_holder asker)
{
    const struct world_sample world = {.is_stopped = true, .requester = asker};
    pauses_note(&pauses, now_ns, &world, (int32_t)asker);
}

static void
a_quiet_world_has_no_pauses(void)
{
    pauses_init(&pauses);
    for (uint64_t i = 1; i < 100; i++) {
        quiet(i * MS);
    }
    pauses_finish(&pauses);
    CHECK(pauses.seen == 0 && pauses.count == 0);
}

static void
a_pause_is_as_long_as_it_was_seen(void)
{
    pauses_init(&pauses);
    quiet(1 * MS);
    asked(2 * MS, ASKER, 3);
    asked(5 * MS, ASKER, 1);
    stopped(6 * MS, ASKER);
    stopped(9 * MS, ASKER);
    CHECK(pauses.is_open && pauses.count == 0);
    quiet(10 * MS);
    const struct pause *pause = &pauses.kept[0];
    CHECK(pauses.seen == 1 && pauses.count == 1 && !pauses.is_open);
    CHECK(pause->start_ns == 2 * MS && pause->stopping_until_ns == 6 * MS);
    CHECK(pause->stopped_until_ns == 9 * MS && pause->asker == ASKER);
    CHECK(pause->row == POOL_NONE && pause->waited_count == 0);
}

static void
one_that_was_never_seen_standing_still_says_so(void)
{
    pauses_init(&pauses);
    asked(2 * MS, ASKER, 3);
    asked(5 * MS, ASKER, 3);
    pauses_finish(&pauses);
    CHECK(pauses.count == 1 && pauses.kept[0].stopped_until_ns == 0);
    CHECK(pauses.kept[0].stopping_until_ns == 5 * MS);
}

static void
one_that_was_first_seen_standing_still_kept_nobody_waiting(void)
{
    pauses_init(&pauses);
    stopped(2 * MS, ASKER);
    stopped(3 * MS, ASKER);
    quiet(4 * MS);
    CHECK(pauses.kept[0].start_ns == 2 * MS && pauses.kept[0].stopping_until_ns == 2 * MS);
    CHECK(pauses.kept[0].stopped_until_ns == 3 * MS);
}

/* Another asker; asked for anew after it stood still; more threads to wait for than before. */
static void
what_cannot_be_the_same_stop_is_another(void)
{
    pauses_init(&pauses);
    asked(1 * MS, ASKER, 3);
    asked(2 * MS, OTHER, 3);
    stopped(3 * MS, OTHER);
    asked(4 * MS, OTHER, 3);
    asked(5 * MS, OTHER, 2);
    asked(6 * MS, OTHER, 3);
    pauses_finish(&pauses);
    CHECK(pauses.seen == 4 && pauses.count == 4);
    CHECK(pauses.kept[0].start_ns == 1 * MS && pauses.kept[0].stopping_until_ns == 1 * MS);
    CHECK(pauses.kept[2].start_ns == 4 * MS && pauses.kept[2].stopping_until_ns == 5 * MS);
}

static void
an_asker_may_be_known_later(void)
{
    pauses_init(&pauses);
    const struct world_sample world = {.is_requested = true, .requester = ASKER};
    pauses_note(&pauses, 1 * MS, &world, RECORDER_NOBODY);
    asked(2 * MS, ASKER, 0);
    CHECK(pauses.open.asker == ASKER);
}

static void
each_thread_is_waited_for_until_it_was_last_seen_attached(void)
{
    pauses_init(&pauses);
    asked(1 * MS, ASKER, 3);
    pauses_note_attached(&pauses, 1 * MS, 4);
    pauses_note_attached(&pauses, 1 * MS, 5);
    CHECK(pauses_want_row(&pauses, 5) && !pauses_want_row(&pauses, 6));
    pauses_set_attached_row(&pauses, 1, 5, 50);
    CHECK(!pauses_want_row(&pauses, 5));
    asked(2 * MS, ASKER, 2);
    pauses_note_attached(&pauses, 2 * MS, 5);
    quiet(3 * MS);
    const struct pause *pause = &pauses.kept[0];
    CHECK(pause->waited_count == 2);
    CHECK(pause->waited_for[0].number == 4 && pause->waited_for[0].until_ns == 1 * MS);
    CHECK(pause->waited_for[1].number == 5 && pause->waited_for[1].until_ns == 2 * MS);
    CHECK(pause->waited_for[0].row == POOL_NONE && pause->waited_for[1].row == 50);
}

static void
of_many_threads_those_waited_for_last_are_kept(void)
{
    pauses_init(&pauses);
    asked(1 * MS, ASKER, 99);
    for (int32_t number = 0; number < 40; number++) {
        pauses_note_attached(&pauses, (uint64_t)(1 + number) * MS, number);
    }
    bool are_last = pauses.open.waited_count == MAX_WAITED_FOR;
    for (uint32_t i = 0; i < MAX_WAITED_FOR; i++) {
        are_last = are_last && pauses.open.waited_for[i].number >= 40 - MAX_WAITED_FOR;
    }
    CHECK(are_last);
}

static void
what_is_found_out_too_late_is_dropped(void)
{
    pauses_init(&pauses);
    asked(1 * MS, ASKER, 3);
    pauses_note_attached(&pauses, 1 * MS, 4);
    quiet(2 * MS);
    asked(3 * MS, ASKER, 3);
    pauses_note_attached(&pauses, 3 * MS, 4);
    pauses_set_asker_row(&pauses, 1, 10);
    pauses_set_attached_row(&pauses, 1, 4, 20);
    CHECK(pauses.open.row == POOL_NONE && pauses.open.waited_for[0].row == POOL_NONE);
    pauses_set_asker_row(&pauses, 2, 10);
    CHECK(pauses.open.row == 10 && pauses.kept[0].row == POOL_NONE);
}

static void
of_too_many_the_longest_are_kept(void)
{
    const uint64_t count = 3 * MAX_PAUSES;
    pauses_init(&pauses);
    for (uint64_t i = 1; i <= count; i++) {
        uint64_t start_ns = 1000 * i * MS, length = i * 377 % (count + 1);
        asked(start_ns, ASKER, 3);
        asked(start_ns + length * MS, ASKER, 3);
        quiet(start_ns + 999 * MS);
    }
    CHECK(pauses.seen == count && pauses.count == MAX_PAUSES);
    bool are_long = true;
    for (size_t i = 0; i < MAX_PAUSES; i++) {
        const struct pause *pause = &pauses.kept[i];
        are_long =
            are_long && pause->stopping_until_ns - pause->start_ns > (count - MAX_PAUSES) * MS;
    }
    CHECK(are_long);
}

int
main(void)
{
    a_quiet_world_has_no_pauses();
    a_pause_is_as_long_as_it_was_seen();
    one_that_was_never_seen_standing_still_says_so();
    one_that_was_first_seen_standing_still_kept_nobody_waiting();
    what_cannot_be_the_same_stop_is_another();
    an_asker_may_be_known_later();
    each_thread_is_waited_for_until_it_was_last_seen_attached();
    of_many_threads_those_waited_for_last_are_kept();
    what_is_found_out_too_late_is_dropped();
    of_too_many_the_longest_are_kept();
    return 0;
}
