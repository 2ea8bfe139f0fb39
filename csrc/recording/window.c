#include "recording/window.h"

#include <stddef.h>

static struct window_sums
recorder_sums(const struct recorder *recorder)
{
    return (struct window_sums){
        .end_ns = recorder->last_ns,
        .held_ns = recorder->held_ns + recorder_open_ns(recorder),
        .observed_ns = recorder->observed_ns,
        .observed_pairs = recorder->observed_pairs,
        .changes = recorder->changes,
        .changes_ns2 = recorder->changes_ns2,
        .unseen_ns2 = recorder->unseen_ns2,
    };
}

static void
add_edge(struct window *window, const struct recorder *recorder, uint64_t longest_hold_ns)
{
    size_t place = (size_t)(window->count % (WINDOW_STEPS + 1));
    window->edges[place].sums = recorder_sums(recorder);
    window->edges[place].longest_hold_ns = longest_hold_ns;
    window->count++;
    window->next_ns = recorder->last_ns + window->step_ns;
}

void
window_begin(struct window *window, uint64_t seconds_ns, const struct recorder *recorder)
{
    *window = (struct window){.step_ns = seconds_ns / WINDOW_STEPS};
    add_edge(window, recorder, 0);
}

void
window_advance(struct window *window, struct recorder *recorder)
{
    if (window->step_ns > 0 && recorder->last_ns >= window->next_ns) {
        add_edge(window, recorder, recorder_pop_longest_hold(recorder));
    }
}

struct window_sums
window_read(const struct window *window, const struct recorder *recorder, uint64_t *start_ns,
            uint64_t *longest_hold_ns)
{
    uint64_t kept = window->count < WINDOW_STEPS + 1 ? window->count : WINDOW_STEPS + 1;
    uint64_t oldest = window->count - kept;
    struct window_sums sums = recorder_sums(recorder);
    const struct window_sums *from = &window->edges[oldest % (WINDOW_STEPS + 1)].sums;
    *start_ns = from->end_ns;
    sums.held_ns -= from->held_ns;
    sums.observed_ns -= from->observed_ns;
    sums.observed_pairs -= from->observed_pairs;
    sums.changes -= from->changes;
    sums.changes_ns2 -= from->changes_ns2;
    sums.unseen_ns2 -= from->unseen_ns2;
    *longest_hold_ns = recorder_longest_since_pop(recorder);
    for (uint64_t edge = oldest + 1; edge < window->count; edge++) {
        uint64_t longest_ns = window->edges[edge % (WINDOW_STEPS + 1)].longest_hold_ns;
        *longest_hold_ns = longest_ns > *longest_hold_ns ? longest_ns : *longest_hold_ns;
    }
    return sums;
}
