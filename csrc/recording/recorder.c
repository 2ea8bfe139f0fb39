#include "recording/recorder.h"

#include <stdlib.h>
#include <string.h>

enum { STALLS_SHARE = 10 };

void
recorder_init(struct recorder *recorder, uint64_t widest_ns, uint64_t stall_ns, size_t most_holds)
{
    memset(recorder, 0, sizeof *recorder);
    recorder->last_holder = RECORDER_NOBODY;
    recorder->widest_ns = widest_ns;
    recorder->stall_ns = stall_ns;
    recorder->stalls.most = most_holds / STALLS_SHARE;
    recorder->holds.most = most_holds - recorder->stalls.most;
}

void
recorder_free(struct recorder *recorder)
{
    free(recorder->holders);
    free(recorder->holds.items);
    free(recorder->stalls.items);
    recorder->holders = NULL;
    recorder->holder_count = 0;
    recorder->holds = recorder->stalls = (struct hold_list){0};
}

int32_t
recorder_add_holder(struct recorder *recorder)
{
    size_t count = recorder->holder_count;
    struct holder_total *grown =
        count < INT32_MAX ? realloc(recorder->holders, (count + 1) * sizeof *grown) : NULL;
    if (grown == NULL) {
        return RECORDER_NOBODY;
    }
    recorder->holders = grown;
    recorder->holders[count] = (struct holder_total){0};
    recorder->holder_count = count + 1;
    return (int32_t)count;
}

static uint64_t
length_of(const struct hold *hold)
{
    return hold->end_ns - hold->start_ns;
}

static size_t
bucket_of(uint64_t nanoseconds)
{
    size_t bucket = 0;
    while (nanoseconds > 1 && bucket < RECORDER_BUCKETS - 1) {
        nanoseconds >>= 1;
        bucket++;
    }
    return bucket;
}

static void
sift_down(struct hold *heap, size_t count)
{
    size_t parent = 0;
    for (;;) {
        size_t least = parent;
        for (size_t child = 2 * parent + 1; child <= 2 * parent + 2 && child < count; child++) {
            least = length_of(&heap[child]) < length_of(&heap[least]) ? child : least;
        }
        if (least == parent) {
            return;
        }
        struct hold moved = heap[parent];
        heap[parent] = heap[least];
        heap[least] = moved;
        parent = least;
    }
}

static void
sift_up(struct hold *heap, size_t child)
{
    while (child > 0) {
        size_t parent = (child - 1) / 2;
        if (length_of(&heap[parent]) <= length_of(&heap[child])) {
            return;
        }
        struct hold moved = heap[parent];
        heap[parent] = heap[child];
        heap[child] = moved;
        child = parent;
    }
}

static void
keep_if_among_the_longest(struct recorder *recorder, const struct hold *hold)
{
    if (recorder->longest_count < RECORDER_LONGEST) {
        recorder->longest[recorder->longest_count] = *hold;
        sift_up(recorder->longest, recorder->longest_count++);
    }
    else if (length_of(hold) > length_of(&recorder->longest[0])) {
        recorder->longest[0] = *hold;
        sift_down(recorder->longest, recorder->longest_count);
    }
}

/* Once full, a list takes no more: detail that came and went would be worse than detail that
   ends. */
static void
append(struct hold_list *list, const struct hold *hold)
{
    if (list->full_ns != 0) {
        return;
    }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 1024 : 2 * list->capacity;
        capacity = capacity < list->most ? capacity : list->most;
        struct hold *grown = NULL;
        if (capacity > list->capacity) {
            grown = realloc(list->items, capacity * sizeof *grown);
        }
        if (grown == NULL) {
            list->full_ns = hold->start_ns;
            return;
        }
        list->items = grown;
        list->capacity = capacity;
    }
    list->items[list->count++] = *hold;
}

static void
close_hold(struct recorder *recorder, uint64_t end_ns)
{
    struct hold *hold = &recorder->open;
    struct holder_total *total = &recorder->holders[hold->holder];
    hold->end_ns = end_ns;
    uint64_t length = length_of(hold);
    total->held_ns += length;
    total->holds++;
    total->longest_ns = length > total->longest_ns ? length : total->longest_ns;
    recorder->held_ns += length;
    recorder->histogram[bucket_of(length)]++;
    if (length > recorder->longest_since_pop_ns) {
        recorder->longest_since_pop_ns = length;
    }
    keep_if_among_the_longest(recorder, hold);
    append(&recorder->holds, hold);
    if (recorder->stall_ns > 0 && length >= recorder->stall_ns) {
        append(&recorder->stalls, hold);
    }
}

static void
observe_pair(struct recorder *recorder, uint64_t gap_ns, int32_t holder)
{
    bool was_held = recorder->last_holder != RECORDER_NOBODY;
    bool is_held = holder != RECORDER_NOBODY;
    if (gap_ns > recorder->longest_gap_ns) {
        recorder->longest_gap_ns = gap_ns;
    }
    double square_ns2 = (double)gap_ns * (double)gap_ns;
    if (gap_ns > recorder->widest_ns) {
        recorder->unseen_ns2 += square_ns2;
        return;
    }
    recorder->observed_pairs++;
    recorder->observed_ns += gap_ns;
    if (was_held && is_held) {
        recorder->observed_held_ns += gap_ns;
    }
    else if (was_held || is_held) {
        recorder->observed_held_ns += gap_ns / 2;
        recorder->changes++;
        recorder->changes_ns2 += square_ns2;
    }
}

uint64_t
recorder_sample(struct recorder *recorder, uint64_t now_ns, int32_t holder, uint64_t switches)
{
    bool is_first = recorder->samples++ == 0;
    uint64_t change_ns = now_ns;
    if (is_first) {
        recorder->start_ns = now_ns;
    }
    else {
        uint64_t gap_ns = now_ns - recorder->last_ns;
        observe_pair(recorder, gap_ns, holder);
        change_ns = recorder->last_ns + gap_ns / 2;
    }
    if (holder != recorder->last_holder || switches != recorder->last_switches) {
        if (recorder->last_holder != RECORDER_NOBODY) {
            close_hold(recorder, change_ns);
        }
        recorder->open = (struct hold){.start_ns = change_ns, .holder = holder};
    }
    recorder->last_holder = holder;
    recorder->last_switches = switches;
    recorder->last_ns = now_ns;
    return holder == RECORDER_NOBODY ? 0 : recorder->open.start_ns;
}

void
recorder_finish(struct recorder *recorder, uint64_t now_ns)
{
    if (recorder->last_holder != RECORDER_NOBODY) {
        close_hold(recorder, now_ns);
        recorder->last_holder = RECORDER_NOBODY;
    }
    recorder->last_ns = now_ns;
}

uint64_t
recorder_open_ns(const struct recorder *recorder)
{
    if (recorder->last_holder == RECORDER_NOBODY) {
        return 0;
    }
    return recorder->last_ns - recorder->open.start_ns;
}

uint64_t
recorder_longest_since_pop(const struct recorder *recorder)
{
    uint64_t open_ns = recorder_open_ns(recorder);
    return open_ns > recorder->longest_since_pop_ns ? open_ns : recorder->longest_since_pop_ns;
}

uint64_t
recorder_pop_longest_hold(struct recorder *recorder)
{
    uint64_t longest_ns = recorder_longest_since_pop(recorder);
    recorder->longest_since_pop_ns = 0;
    return longest_ns;
}
