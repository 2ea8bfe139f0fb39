#include "recording/window.h"

#include <stddef.h>
#include <string.h>

void
window_init(struct window *window, uint64_t length_ns)
{
    memset(window, 0, sizeof *window);
    window->step_ns = length_ns / WINDOW_STEPS;
}

static void
add_edge(struct window *window, struct recorder *recorder)
{
    window->edges[window->count % (WINDOW_STEPS + 1)] = (struct window_edge){
        .sums = recorder_sum_up(recorder),
        .longest = recorder_pop_longest(recorder),
    };
    window->count++;
    window->next_ns = recorder->last.now_ns + window->step_ns;
}

void
window_advance(struct window *window, struct recorder *recorder)
{
    bool is_due = window->count == 0 || recorder->last.now_ns >= window->next_ns;
    if (window->step_ns > 0 && is_due) {
        add_edge(window, recorder);
    }
}

struct recorder_sums
window_read(const struct window *window, const struct recorder *recorder,
            struct longest_spans *longest)
{
    uint64_t kept = window->count < WINDOW_STEPS + 1 ? window->count : WINDOW_STEPS + 1;
    uint64_t oldest = window->count - kept;
    const struct recorder_sums *from = &window->edges[oldest % (WINDOW_STEPS + 1)].sums;
    struct recorder_sums now = recorder_sum_up(recorder);
    struct recorder_sums sums = recorder_sums_since(&now, from);
    sums.start_ns = from->end_ns;
    *longest = recorder_longest_since_pop(recorder);
    for (uint64_t edge = oldest + 1; edge < window->count; edge++) {
        longest_spans_add(longest, window->edges[edge % (WINDOW_STEPS + 1)].longest);
    }
    return sums;
}
