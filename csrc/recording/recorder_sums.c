#include "recording/recorder_sums.h"

struct recorder_sums
recorder_sum_up(const struct recorder *recorder)
{
    return (struct recorder_sums){
        .start_ns = recorder->start_ns,
        .end_ns = recorder->last.now_ns,
        .samples = recorder->samples,
        .held_ns = recorder->held_ns + recorder_open_ns(recorder),
        .observed_ns = recorder->observed_ns,
        .observed_pairs = recorder->observed_pairs,
        .changes = recorder->changes,
        .changes_ns2 = recorder->changes_ns2,
        .unseen_ns2 = recorder->unseen_ns2,
        .waiters = recorder->waiters,
        .pressure = recorder->pressure,
        .held_wait_ns = recorder->held_wait_ns,
    };
}

struct recorder_sums
recorder_sums_since(const struct recorder_sums *sums, const struct recorder_sums *earlier)
{
    return (struct recorder_sums){
        .start_ns = sums->start_ns,
        .end_ns = sums->end_ns,
        .samples = sums->samples - earlier->samples,
        .held_ns = sums->held_ns - earlier->held_ns,
        .observed_ns = sums->observed_ns - earlier->observed_ns,
        .observed_pairs = sums->observed_pairs - earlier->observed_pairs,
        .changes = sums->changes - earlier->changes,
        .changes_ns2 = sums->changes_ns2 - earlier->changes_ns2,
        .unseen_ns2 = sums->unseen_ns2 - earlier->unseen_ns2,
        .waiters = integral_since(&sums->waiters, &earlier->waiters),
        .pressure = integral_since(&sums->pressure, &earlier->pressure),
        .held_wait_ns = sums->held_wait_ns - earlier->held_wait_ns,
    };
}
