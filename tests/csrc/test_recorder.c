/* The recorder, fed with made-up samples. */

#include "check.h"
#include "recording/recorder.h"

enum { NOBODY = RECORDER_NOBODY, FAR = 1000000 };

static void
holds_are_joined_halfway_between_samples_that_differ(void)
{
    struct recorder recorder;
    recorder_init(&recorder, FAR, 0, 16);
    int32_t a = recorder_add_holder(&recorder);
    int32_t b = recorder_add_holder(&recorder);
    const int32_t seen[] = {NOBODY, a, a, NOBODY, b, a, NOBODY};
    for (uint64_t i = 0; i < 7; i++) {
        recorder_sample(&recorder, 1000 + 100 * i, seen[i], 0);
    }
    recorder_finish(&recorder, 1650);
    CHECK(recorder.holds.count == 3);
    CHECK(recorder.holds.items[0].start_ns == 1050 && recorder.holds.items[0].end_ns == 1250);
    CHECK(recorder.holds.items[1].start_ns == 1350 && recorder.holds.items[1].end_ns == 1450);
    CHECK(recorder.holds.items[1].holder == b && recorder.holds.items[2].holder == a);
    CHECK(recorder.held_ns == 400 && recorder.observed_held_ns == 400);
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
    recorder_init(&recorder, FAR, 0, 16);
    int32_t a = recorder_add_holder(&recorder);
    CHECK(recorder_sample(&recorder, 500, NOBODY, 0) == 0);
    CHECK(recorder_sample(&recorder, 600, a, 0) == 550);
    CHECK(recorder_sample(&recorder, 700, a, 0) == 550);
    recorder_finish(&recorder, 900);
    recorder_finish(&recorder, 999);
    CHECK(recorder.holds.count == 1 && recorder.holds.items[0].end_ns == 900);
    CHECK(recorder.held_ns == 350);
    recorder_free(&recorder);
}

/* Another thread has a turn that no sample meets: twice between two holds of the first, and once
   where the GIL is free in both samples. */
static void
a_holder_that_had_handed_over_between_two_samples_begins_a_new_hold(void)
{
    struct recorder recorder;
    recorder_init(&recorder, FAR, 150, 160);
    int32_t a = recorder_add_holder(&recorder);
    const int32_t seen[] = {a, a, a, a, NOBODY, NOBODY, a, a};
    const uint64_t switches[] = {5, 5, 7, 9, 9, 11, 11, 11};
    for (uint64_t i = 0; i < 8; i++) {
        recorder_sample(&recorder, 1000 + 100 * i, seen[i], switches[i]);
    }
    recorder_finish(&recorder, 1750);
    CHECK(recorder.holds.count == 4);
    CHECK(recorder.holds.items[0].end_ns == 1150 && recorder.holds.items[1].start_ns == 1150);
    CHECK(recorder.holds.items[1].end_ns == 1250 && recorder.holds.items[2].end_ns == 1350);
    CHECK(recorder.holds.items[3].start_ns == 1550 && recorder.holds.items[3].end_ns == 1750);
    CHECK(recorder.held_ns == 550 && recorder.observed_held_ns == 500);
    CHECK(recorder.stalls.count == 2 && recorder.holders[a].longest_ns == 200);
    recorder_free(&recorder);
}

static void
a_gap_counts_for_holds_and_not_for_the_fraction(void)
{
    struct recorder recorder;
    recorder_init(&recorder, 150, 0, 16);
    int32_t a = recorder_add_holder(&recorder);
    recorder_sample(&recorder, 100, a, 0);
    recorder_sample(&recorder, 200, a, 0);
    recorder_sample(&recorder, 5200, a, 0);
    recorder_sample(&recorder, 5300, NOBODY, 0);
    recorder_finish(&recorder, 5300);
    CHECK(recorder.observed_ns == 200 && recorder.observed_held_ns == 150);
    CHECK(recorder.longest_gap_ns == 5000 && recorder.unseen_ns2 > 2.4e7);
    CHECK(recorder.holds.items[0].end_ns - recorder.holds.items[0].start_ns == 5150);
    recorder_free(&recorder);
}

/* A thousand holds of lengths 1 to 1000 in a scattered order, with room for ten. */
static void
totals_and_the_longest_stay_exact_when_the_memory_is_full(void)
{
    struct recorder recorder;
    recorder_init(&recorder, FAR, 0, 10);
    int32_t a = recorder_add_holder(&recorder);
    uint64_t now = 10;
    for (uint64_t i = 0; i < 1000; i++) {
        uint64_t length = 2 * (1 + i * 377 % 1000);
        recorder_sample(&recorder, now, NOBODY, 0);
        recorder_sample(&recorder, now + 2, a, 0);
        recorder_sample(&recorder, now + length, a, 0);
        now += length + 2;
    }
    recorder_sample(&recorder, now, NOBODY, 0);
    recorder_finish(&recorder, now);
    CHECK(recorder.holds.count == 9 && recorder.holds.full_ns != 0);
    CHECK(recorder.holders[a].holds == 1000);
    CHECK(recorder.held_ns == 1000 * 1001);
    CHECK(recorder.longest_count == RECORDER_LONGEST);
    uint64_t shortest_kept = recorder.longest[0].end_ns - recorder.longest[0].start_ns;
    CHECK(shortest_kept == 2 * (1000 - RECORDER_LONGEST + 1));
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
    recorder_init(&recorder, FAR, 300, 20);
    int32_t a = recorder_add_holder(&recorder);
    uint64_t now = 1000;
    for (uint64_t length = 100; length <= 500; length += 100) {
        for (int times = 0; times < (length < 300 ? 10 : 1); times++) {
            recorder_sample(&recorder, now, NOBODY, 0);
            recorder_sample(&recorder, now + 2, a, 0);
            recorder_sample(&recorder, now + length, a, 0);
            recorder_sample(&recorder, now + length + 2, NOBODY, 0);
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
    recorder_init(&recorder, FAR, 0, 0);
    int32_t a = recorder_add_holder(&recorder);
    CHECK(recorder_pop_longest_hold(&recorder) == 0);
    recorder_sample(&recorder, 1000, a, 0);
    recorder_sample(&recorder, 1400, a, 0);
    CHECK(recorder_open_ns(&recorder) == 400);
    recorder_sample(&recorder, 1500, NOBODY, 0);
    CHECK(recorder_open_ns(&recorder) == 0);
    recorder_sample(&recorder, 1700, a, 0);
    CHECK(recorder_pop_longest_hold(&recorder) == 450);
    recorder_sample(&recorder, 1900, a, 0);
    CHECK(recorder_pop_longest_hold(&recorder) == 300);
    recorder_free(&recorder);
}

static void
nothing_recorded_is_nothing_held(void)
{
    struct recorder recorder;
    recorder_init(&recorder, FAR, 0, 0);
    recorder_finish(&recorder, 5);
    CHECK(recorder.held_ns == 0 && recorder.samples == 0 && recorder.holds.count == 0);
    recorder_free(&recorder);
}

int
main(void)
{
    holds_are_joined_halfway_between_samples_that_differ();
    a_hold_that_is_open_at_the_end_is_closed_there();
    a_holder_that_had_handed_over_between_two_samples_begins_a_new_hold();
    a_gap_counts_for_holds_and_not_for_the_fraction();
    totals_and_the_longest_stay_exact_when_the_memory_is_full();
    a_stall_is_a_hold_of_the_threshold_or_more_and_is_kept_when_holds_are_not();
    the_recent_longest_is_that_since_it_was_last_taken_and_counts_the_open_hold();
    nothing_recorded_is_nothing_held();
    return 0;
}
