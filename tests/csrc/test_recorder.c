/* The recorder, fed with made-up samples. */

#include "check.h"
#include "recording/holder_order.h"
#include "recording/recorder_sums.h"

enum { NOBODY = RECORDER_NOBODY, FAR = 1000000 };

static int32_t
add_holder(struct recorder *recorder)
{
    int32_t slot = recorder->next_number;
    recorder_add_holder(recorder, slot);
    return slot;
}

static uint64_t
sample(struct recorder *recorder, uint64_t now_ns, int32_t holder, uint64_t switches)
{
    const struct sighting sighting = {now_ns, holder, switches, 0};
    return recorder_sample(recorder, &sighting);
}

static void
sample_waiters(struct recorder *recorder, uint64_t now_ns, int32_t holder, uint32_t waiters)
{
    const struct sighting sighting = {now_ns, holder, 0, waiters};
    recorder_sample(recorder, &sighting);
}

static void
holds_are_joined_halfway_between_samples_that_differ(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, FAR, 0, 16);
    int32_t a = add_holder(&recorder);
    int32_t b = add_holder(&recorder);
    const int32_t seen[] = {NOBODY, a, a, NOBODY, b, a, NOBODY};
    for (uint64_t i = 0; i < 7; i++) {
        sample(&recorder, 1000 + 100 * i, seen[i], 0);
    }
    recorder_finish(&recorder, 1650);
    CHECK(recorder.holds.count == 3);
    CHECK(recorder.holds.items[0].start_ns == 1050 && recorder.holds.items[0].end_ns == 1250);
    CHECK(recorder.holds.items[1].start_ns == 1350 && recorder.holds.items[1].end_ns == 1450);
    CHECK(recorder.holds.items[1].holder == b && recorder.holds.items[2].holder == a);
    CHECK(recorder.held_ns == 400);
    CHECK(recorder.observed_ns == 600 && recorder.observed_pairs == 6);
    CHECK(recorder.changes == 4);
    CHECK(recorder.holders[a].held_ns == 300 && recorder.holders[a].holds == 2);
    CHECK(recorder.holders[a].longest_ns == 200 && recorder.holders[b].held_ns == 100);
    recorder_free(&recorder);
}

static void
a_hold_that_is_open_at_the_end_is_closed_there(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, FAR, 0, 16);
    int32_t a = add_holder(&recorder);
    CHECK(sample(&recorder, 500, NOBODY, 0) == 0);
    CHECK(sample(&recorder, 600, a, 0) == 550);
    CHECK(sample(&recorder, 700, a, 0) == 550);
    recorder_finish(&recorder, 900);
    recorder_finish(&recorder, 999);
    CHECK(recorder.holds.count == 1 && recorder.holds.items[0].end_ns == 900);
    CHECK(recorder.held_ns == 350);
    recorder_free(&recorder);
}

/* Another thread has a turn that no sample meets: twice between two holds of the first, and once
   while the GIL is free in both samples. */
static void
a_holder_that_had_handed_over_between_two_samples_begins_a_new_hold(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, FAR, 0, 160);
    int32_t a = add_holder(&recorder);
    const int32_t seen[] = {a, a, a, a, NOBODY, NOBODY, a, a};
    const uint64_t switches[] = {5, 5, 7, 9, 9, 11, 11, 11};
    for (uint64_t i = 0; i < 8; i++) {
        sample(&recorder, 1000 + 100 * i, seen[i], switches[i]);
    }
    recorder_finish(&recorder, 1750);
    CHECK(recorder.holds.count == 4);
    CHECK(recorder.holds.items[0].end_ns == 1150 && recorder.holds.items[1].start_ns == 1150);
    CHECK(recorder.holds.items[1].end_ns == 1250 && recorder.holds.items[2].end_ns == 1350);
    CHECK(recorder.holds.items[3].start_ns == 1550 && recorder.holds.items[3].end_ns == 1750);
    CHECK(recorder.held_ns == 550);
    CHECK(recorder.holders[a].longest_ns == 200);
    recorder_free(&recorder);
}

/* Samples at 0, 100, 200 and so on to 1000 of one holder; asked between 600 and 700, after a
   switch interval of 250: the thread that asks has waited from 400 on. */
static void
a_stall_is_the_part_of_a_hold_in_which_somebody_waited(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, FAR, 600, 160);
    int32_t a = add_holder(&recorder);
    for (uint64_t i = 0; i <= 10; i++) {
        sample(&recorder, 5000 + 100 * i, a, 0);
        if (i >= 7) {
            recorder_note_request(&recorder, 250);
        }
    }
    sample(&recorder, 6100, NOBODY, 0);
    CHECK(recorder.holds.count == 1 && recorder.holds.items[0].flags == HOLD_REQUESTED);
    CHECK(recorder.holds.items[0].start_ns == 5000 && recorder.holds.items[0].end_ns == 6050);
    CHECK(recorder.stalls.count == 1 && recorder.stalls.items[0].holder == a);
    CHECK(recorder.stalls.items[0].start_ns == 5400 && recorder.stalls.items[0].end_ns == 6050);
    recorder_free(&recorder);
}

static void
a_hold_in_which_nobody_asked_is_no_stall_and_a_request_ends_with_its_hold(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, FAR, 300, 160);
    int32_t a = add_holder(&recorder);
    recorder_note_request(&recorder, 50);
    for (uint64_t i = 0; i <= 20; i++) {
        sample(&recorder, 5000 + 100 * i, a, 0);
    }
    sample(&recorder, 7100, a, 2);
    recorder_note_request(&recorder, 50);
    sample(&recorder, 7200, a, 4);
    sample(&recorder, 7900, a, 4);
    recorder_finish(&recorder, 8000);
    CHECK(recorder.holds.count == 3 && recorder.stalls.count == 0);
    CHECK(recorder.holds.items[0].flags == 0 && recorder.holds.items[2].flags == 0);
    CHECK(recorder.holds.items[1].flags == HOLD_REQUESTED);
    recorder_free(&recorder);
}

/* It can't have waited longer than the hold has lasted: what was before is another hold's. */
static void
a_stall_begins_no_earlier_than_its_hold(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, FAR, 300, 160);
    int32_t a = add_holder(&recorder);
    sample(&recorder, 1000, NOBODY, 0);
    sample(&recorder, 1100, a, 1);
    sample(&recorder, 1200, a, 1);
    recorder_note_request(&recorder, 5000);
    sample(&recorder, 1500, a, 1);
    recorder_finish(&recorder, 1500);
    CHECK(recorder.stalls.count == 1 && recorder.stalls.items[0].start_ns == 1050);
    recorder_free(&recorder);
}

/* A pair that lies too far apart makes a hold doubtful within it, and both holds at an edge; once
   somebody has asked, what goes on is known to be unbroken. */
static void
a_hold_says_when_its_samples_lay_too_far_apart(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, 150, 0, 160);
    int32_t a = add_holder(&recorder), b = add_holder(&recorder);
    recorder.max_gap_ns = 5000; /* it samples less often now: that tells no more of a hold */
    sample(&recorder, 1000, a, 0);
    sample(&recorder, 1100, a, 0);
    sample(&recorder, 1200, b, 1);
    sample(&recorder, 1400, b, 1);
    sample(&recorder, 1500, a, 2);
    recorder_note_request(&recorder, 10);
    sample(&recorder, 1700, a, 2);
    sample(&recorder, 1800, NOBODY, 2);
    sample(&recorder, 1900, b, 3);
    sample(&recorder, 2100, a, 4);
    recorder_finish(&recorder, 2100);
    const uint32_t flags[] = {0, HOLD_GAPPED, HOLD_REQUESTED, HOLD_GAPPED, HOLD_GAPPED};
    CHECK(recorder.holds.count == 5);
    for (size_t i = 0; i < 5; i++) {
        CHECK(recorder.holds.items[i].flags == flags[i]);
    }
    recorder_free(&recorder);
}

/* Close samples are up to 100 apart, and reach 50. Nobody waits: it may have been released wherever
   no sample was near. */
static void
a_hold_is_no_longer_than_the_longest_part_of_it_that_was_sampled_closely(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, 100, 0, 160);
    int32_t a = add_holder(&recorder);
    const uint64_t times[] = {1000, 1080, 1160, 5000, 5100, 5200, 5300, 9000, 20000};
    sample(&recorder, 900, NOBODY, 0);
    for (size_t i = 0; i < 9; i++) {
        sample(&recorder, times[i], a, 1);
    }
    CHECK(recorder_open_ns(&recorder) == 19050 && recorder_open_seen_ns(&recorder) == 400);
    CHECK(recorder_longest_since_pop(&recorder).hold_ns == 400);
    sample(&recorder, 30000, NOBODY, 1);
    recorder_finish(&recorder, 30000);
    CHECK(recorder.holders[a].held_ns == 24050 && recorder.holders[a].holds == 1);
    CHECK(recorder.holders[a].longest_ns == 400 && recorder.histogram[8] == 1);
    CHECK(recorder.longest.heap[0].start_ns == 4950 && recorder.longest.heap[0].end_ns == 5350);
    CHECK(recorder.longest.heap[0].flags == HOLD_GAPPED);
    CHECK(recorder.holds.count == 1 && recorder.holds.items[0].start_ns == 950);
    CHECK(recorder.holds.items[0].end_ns == 25000);
    recorder_free(&recorder);
}

/* The other side: as long as somebody waits, the holder has had no turn of anybody between. */
static void
a_hold_that_is_waited_for_lasts_through_gaps(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, 100, 2000, 160);
    int32_t a = add_holder(&recorder);
    sample(&recorder, 1000, NOBODY, 0);
    sample(&recorder, 3000, a, 1);
    recorder_note_request(&recorder, 0);
    sample(&recorder, 5000, a, 1);
    sample(&recorder, 7000, a, 1);
    CHECK(recorder_open_seen_ns(&recorder) == 4050);
    sample(&recorder, 9000, NOBODY, 1);
    recorder_finish(&recorder, 9000);
    CHECK(recorder.holders[a].longest_ns == 4100 && recorder.holders[a].held_ns == 6000);
    CHECK(recorder.stalls.count == 1 && hold_length(&recorder.stalls.items[0]) == 4000);
    recorder_free(&recorder);
}

/* A request says that somebody has waited for a switch interval, without samples in it. */
static void
a_hold_is_no_shorter_than_the_wait_that_a_request_proves(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, 100, 1500, 160);
    int32_t a = add_holder(&recorder);
    sample(&recorder, 1000, a, 1);
    sample(&recorder, 5000, a, 1);
    recorder_note_request(&recorder, 1600);
    sample(&recorder, 5100, a, 1);
    sample(&recorder, 9000, NOBODY, 1);
    recorder_finish(&recorder, 9000);
    CHECK(recorder.stalls.count == 1 && hold_length(&recorder.stalls.items[0]) == 1700);
    CHECK(recorder.holders[a].longest_ns == 1750);
    recorder_free(&recorder);
}

/* A last sample that is kept away, as by a runtime that shuts down, says nothing of the end. */
static void
a_hold_is_not_seen_long_after_its_last_sample(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, 100, 0, 160);
    int32_t a = add_holder(&recorder);
    sample(&recorder, 1000, a, 1);
    sample(&recorder, 1100, a, 1);
    recorder_finish(&recorder, 8000);
    CHECK(recorder.holders[a].held_ns == 7000 && recorder.holders[a].longest_ns == 150);
    recorder_free(&recorder);
}

/* Whoever ends a recording holds the GIL while they do: that sample isn't a random one. */
static void
the_last_sample_ends_holds_and_says_nothing_of_the_fraction(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, FAR, 0, 160);
    int32_t a = add_holder(&recorder), b = add_holder(&recorder);
    sample(&recorder, 1000, a, 0);
    sample(&recorder, 1100, a, 0);
    recorder_sample_end(&recorder, &(struct sighting){1200, a, 0, 0});
    recorder_finish(&recorder, 1200);
    CHECK(recorder.holds.count == 1 && recorder.holds.items[0].end_ns == 1200);
    CHECK(recorder.observed_ns == 100 && recorder.samples == 2);
    recorder_free(&recorder);

    recorder_init(&recorder, NULL, FAR, 0, 160);
    recorder_add_holder(&recorder, a);
    recorder_add_holder(&recorder, b);
    sample(&recorder, 1000, a, 0);
    recorder_sample_end(&recorder, &(struct sighting){1200, b, 1, 0});
    recorder_finish(&recorder, 1200);
    CHECK(recorder.holds.count == 2 && recorder.holds.items[0].end_ns == 1100);
    CHECK(recorder.holds.items[1].start_ns == 1100 && recorder.holds.items[1].end_ns == 1200);
    CHECK(recorder.observed_pairs == 0);
    recorder_free(&recorder);

    recorder_init(&recorder, NULL, FAR, 0, 160);
    recorder_add_holder(&recorder, a);
    recorder_sample_end(&recorder, &(struct sighting){1200, a, 0, 0});
    recorder_finish(&recorder, 1200);
    CHECK(recorder.samples == 1 && recorder.start_ns == 1200 && recorder.held_ns == 0);
    recorder_free(&recorder);
}

static void
a_gap_counts_for_holds_and_not_for_the_fraction(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, 150, 0, 16);
    int32_t a = add_holder(&recorder);
    sample(&recorder, 100, a, 0);
    sample(&recorder, 200, a, 0);
    sample(&recorder, 5200, a, 0);
    sample(&recorder, 5300, NOBODY, 0);
    recorder_finish(&recorder, 5300);
    CHECK(recorder.observed_ns == 200);
    CHECK(recorder.longest_gap_ns == 5000 && recorder.unseen_ns2 > 2.4e7);
    CHECK(recorder.holds.items[0].end_ns - recorder.holds.items[0].start_ns == 5150);
    recorder_free(&recorder);
}

/* A thousand holds of lengths 1 to 1000 in a scattered order, with room for ten. */
static void
totals_and_the_longest_stay_exact_when_the_memory_is_full(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, FAR, 0, 10);
    int32_t a = add_holder(&recorder);
    uint64_t now = 10;
    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t length = 2 * (1 + i * 377 % 1000);
        sample(&recorder, now, NOBODY, 0);
        sample(&recorder, now + 2, a, 0);
        sample(&recorder, now + length, a, 0);
        now += length + 2;
    }
    sample(&recorder, now, NOBODY, 0);
    recorder_finish(&recorder, now);
    CHECK(recorder.holds.count == 9 && recorder.holds.full_ns != 0);
    CHECK(recorder.holders[a].holds == 1000);
    CHECK(recorder.held_ns == 1000 * 1001);
    CHECK(recorder.longest.count == MAX_LONGEST_HOLDS);
    uint64_t shortest_kept = recorder.longest.heap[0].end_ns - recorder.longest.heap[0].start_ns;
    CHECK(shortest_kept == 2 * (1000 - MAX_LONGEST_HOLDS + 1));
    uint64_t in_histogram = 0;
    for (size_t i = 0; i < RECORDER_BUCKETS; i++) {
        in_histogram += recorder.histogram[i];
    }
    CHECK(in_histogram == 1000);
    recorder_free(&recorder);
}

static void
a_stall_is_a_hold_of_the_threshold_or_more_and_is_kept_when_holds_are_not(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, FAR, 300, 20);
    int32_t a = add_holder(&recorder);
    uint64_t now = 1000;
    for (uint64_t length = 100; length <= 500; length += 100) {
        for (int times = 0; times < (length < 300 ? 10 : 1); times++) {
            sample(&recorder, now, NOBODY, 0);
            sample(&recorder, now + 2, a, 0);
            recorder_note_request(&recorder, 0);
            sample(&recorder, now + length, a, 0);
            sample(&recorder, now + length + 2, NOBODY, 0);
            now += 10000;
        }
    }
    recorder_finish(&recorder, now);
    CHECK(recorder.holds.count == 18 && recorder.holds.full_ns != 0);
    CHECK(recorder.stalls.count == 2 && recorder.stalls.full_ns != 0);
    CHECK(recorder.stalls.items[0].end_ns - recorder.stalls.items[0].start_ns == 300);
    CHECK(recorder.stalls.items[1].end_ns - recorder.stalls.items[1].start_ns == 400);
    recorder_free(&recorder);
}

static void
the_recent_longest_is_that_since_it_was_last_taken_and_counts_the_open_hold(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, FAR, 0, 0);
    int32_t a = add_holder(&recorder);
    CHECK(recorder_pop_longest(&recorder).hold_ns == 0);
    sample(&recorder, 1000, a, 0);
    sample(&recorder, 1400, a, 0);
    CHECK(recorder_open_ns(&recorder) == 400);
    sample(&recorder, 1500, NOBODY, 0);
    CHECK(recorder_open_ns(&recorder) == 0);
    sample(&recorder, 1700, a, 0);
    CHECK(recorder_pop_longest(&recorder).hold_ns == 450);
    sample(&recorder, 1900, a, 0);
    CHECK(recorder_pop_longest(&recorder).hold_ns == 300);
    recorder_free(&recorder);
}

static void
nothing_recorded_is_nothing_held(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, FAR, 0, 0);
    recorder_finish(&recorder, 5);
    CHECK(recorder.held_ns == 0 && recorder.samples == 0 && recorder.holds.count == 0);
    recorder_free(&recorder);
}

static void
holders_that_make_room_are_folded_and_the_others_keep_their_order(void)
{
    struct recorder recorder;
    struct holder_order order;
    recorder_init(&recorder, NULL, FAR, 0, 0);
    for (int32_t slot = 3; slot >= 0; slot--) {
        recorder_add_holder(&recorder, slot);
        sample(&recorder, 1000 * (uint64_t)(4 - slot), slot, 0);
    }
    recorder_finish(&recorder, 4400);
    recorder_fold_holder(&recorder, 2);
    recorder_order_holders(&recorder, &order);
    CHECK(order.count == 3 && order.slots[0] == 3 && order.slots[1] == 1 && order.slots[2] == 0);
    CHECK(holder_order_index(&order, 0) == 0 && holder_order_index(&order, 2) == 1);
    CHECK(holder_order_index(&order, 3) == 2 && holder_order_index(&order, 1) == 3);
    CHECK(recorder.folded_count == 1 && recorder.folded.held_ns == 1000);
    CHECK(recorder.folded.holds == 1 && recorder.folded.longest_ns == 1000);
    recorder_add_holder(&recorder, 2);
    recorder_order_holders(&recorder, &order);
    CHECK(order.count == 4 && order.slots[3] == 2 && order.numbers[3] == 4);
    recorder_free(&recorder);
}

/* Samples 101 apart; at a change the first half of a distance is the sample's before. */
static void
waits_are_those_of_the_hold_in_which_they_were_seen(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, FAR, 0, 160);
    int32_t a = add_holder(&recorder), b = add_holder(&recorder);
    sample_waiters(&recorder, 1000, a, 1);
    sample_waiters(&recorder, 1101, a, 2);
    sample_waiters(&recorder, 1202, b, 1);
    sample_waiters(&recorder, 1303, NOBODY, 1);
    sample_waiters(&recorder, 1404, NOBODY, 0);
    sample_waiters(&recorder, 1505, b, 3);
    CHECK(recorder.open.waited_ns == 3 * 51);
    sample_waiters(&recorder, 1606, b, 3);
    recorder_finish(&recorder, 1606);
    struct recorder_sums sums = recorder_sum_up(&recorder);
    CHECK(recorder.holds.count == 3);
    CHECK(recorder.holds.items[0].waited_ns == 50 + 2 * 51 + 2 * 50);
    CHECK(recorder.holds.items[1].waited_ns == 51 + 50);
    CHECK(recorder.holds.items[2].waited_ns == 3 * (51 + 101));
    CHECK(recorder.holders[a].caused_wait_ns == recorder.holds.items[0].waited_ns);
    CHECK(recorder.holders[b].caused_wait_ns == 51 + 50 + 3 * (51 + 101));
    CHECK(sums.held_wait_ns == 252 + 101 + 456);
    CHECK(sums.waiters.sum_ns == sums.held_wait_ns + 51 + 50);
    CHECK(sums.pressure.sum_ns == 606 - 51 - 50);
    recorder_fold_holder(&recorder, a);
    CHECK(recorder.folded.caused_wait_ns == 252);
    recorder_free(&recorder);
}

static void
jumps_of_waiters_count_if_samples_lie_close_together(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, 150, 0, 160);
    int32_t a = add_holder(&recorder);
    sample_waiters(&recorder, 1000, a, 1);
    sample_waiters(&recorder, 1100, a, 4);
    struct recorder_sums earlier = recorder_sum_up(&recorder);
    sample_waiters(&recorder, 1300, a, 0);
    sample_waiters(&recorder, 1400, a, 2);
    struct recorder_sums sums = recorder_sum_up(&recorder);
    CHECK(sums.waiters.sum_ns == 50 + 4 * 50 + 4 * 100 + 2 * 50);
    CHECK(sums.waiters.squares_ns == 50 + 16 * 50 + 16 * 100 + 4 * 50);
    CHECK(sums.waiters.jumps == 9 + 4 && sums.waiters.jumps_ns2 == 13e4);
    CHECK(sums.pressure.jumps == 1 && sums.pressure.jumps_ns2 == 1e4);
    CHECK(sums.unseen_ns2 == 4e4);
    struct recorder_sums since = recorder_sums_since(&sums, &earlier);
    CHECK(since.waiters.sum_ns == 500 && since.waiters.jumps == 4);
    CHECK(since.pressure.sum_ns == 150 && since.pressure.jumps_ns2 == 1e4);
    CHECK(since.held_wait_ns == 500 && since.held_ns == 300 && since.samples == 2);
    recorder_free(&recorder);
}

/* 3 ms between samples, when 0.4 are what can be told: a wait lasts from the first sample that saw
   it to the last. */
static void
a_wait_between_samples_far_apart_is_as_long_as_was_seen(void)
{
    struct recorder recorder;
    recorder_init(&recorder, NULL, 400, 5000, 160);
    int32_t a = add_holder(&recorder), b = add_holder(&recorder);
    for (int round = 0; round < 2; round++) {
        uint64_t start = 100000u * (uint64_t)(round + 1);
        uint64_t last = start + (round == 0 ? 6000 : 3000);
        sample(&recorder, start - 3000, b, 3 * (uint64_t)round + 1);
        for (uint64_t now = start; now <= last; now += 3000) {
            sample(&recorder, now, a, 3 * (uint64_t)round + 2);
            recorder_note_request(&recorder, 0);
        }
        sample(&recorder, last + 3000, b, 3 * (uint64_t)round + 3);
    }
    CHECK(recorder.stalls.count == 1);
    CHECK(recorder.stalls.items[0].start_ns == 100000 && recorder.stalls.items[0].end_ns == 106000);
    recorder_free(&recorder);
}

int
main(void)
{
    a_stall_is_the_part_of_a_hold_in_which_somebody_waited();
    a_hold_in_which_nobody_asked_is_no_stall_and_a_request_ends_with_its_hold();
    a_stall_begins_no_earlier_than_its_hold();
    a_hold_says_when_its_samples_lay_too_far_apart();
    a_hold_is_no_longer_than_the_longest_part_of_it_that_was_sampled_closely();
    a_hold_that_is_waited_for_lasts_through_gaps();
    a_hold_is_no_shorter_than_the_wait_that_a_request_proves();
    a_hold_is_not_seen_long_after_its_last_sample();
    the_last_sample_ends_holds_and_says_nothing_of_the_fraction();
    holders_that_make_room_are_folded_and_the_others_keep_their_order();
    holds_are_joined_halfway_between_samples_that_differ();
    a_hold_that_is_open_at_the_end_is_closed_there();
    a_holder_that_had_handed_over_between_two_samples_begins_a_new_hold();
    a_gap_counts_for_holds_and_not_for_the_fraction();
    totals_and_the_longest_stay_exact_when_the_memory_is_full();
    a_stall_is_a_hold_of_the_threshold_or_more_and_is_kept_when_holds_are_not();
    the_recent_longest_is_that_since_it_was_last_taken_and_counts_the_open_hold();
    nothing_recorded_is_nothing_held();
    a_wait_between_samples_far_apart_is_as_long_as_was_seen();
    waits_are_those_of_the_hold_in_which_they_were_seen();
    jumps_of_waiters_count_if_samples_lie_close_together();
    return 0;
}
