#include "recording/recorder.h"

#include <stdlib.h>
#include <string.h>

enum { STALLS_SHARE = 10 };

void
recorder_init(struct recorder *recorder, uint64_t max_gap_ns, uint64_t stall_ns, size_t max_holds)
{
    memset(recorder, 0, sizeof *recorder);
    recorder->last.holder = RECORDER_NOBODY;
    recorder->max_gap_ns = recorder->max_gap_in_hold_ns = max_gap_ns;
    recorder->stall_ns = stall_ns;
    recorder->stalls.max_count = max_holds / STALLS_SHARE;
    recorder->holds.max_count = max_holds - recorder->stalls.max_count;
    for (int32_t slot = 0; slot < RECORDER_MAX_HOLDERS; slot++) {
        recorder->holders[slot].number = RECORDER_NOBODY;
    }
}

void
recorder_free(struct recorder *recorder)
{
    hold_list_free(&recorder->holds);
    hold_list_free(&recorder->stalls);
}

/* -- holders -------------------------------------------------------------------------------- */

void
recorder_add_holder(struct recorder *recorder, int32_t slot)
{
    recorder->holders[slot] = (struct holder_total){.number = recorder->next_number++};
}

void
recorder_fold_holder(struct recorder *recorder, int32_t slot)
{
    struct holder_total *total = &recorder->holders[slot], *folded = &recorder->folded;
    folded->held_ns += total->held_ns;
    folded->holds += total->holds;
    folded->longest_ns =
        total->longest_ns > folded->longest_ns ? total->longest_ns : folded->longest_ns;
    recorder->folded_count++;
    *total = (struct holder_total){.number = RECORDER_NOBODY};
}

static int
compare_numbers(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return (a > b) - (a < b);
}

int32_t
holder_order_index(const struct holder_order *order, int32_t number)
{
    const int32_t *found =
        bsearch(&number, order->numbers, (size_t)order->count, sizeof number, compare_numbers);
    return found == NULL ? order->count : (int32_t)(found - order->numbers);
}

void
recorder_order_holders(const struct recorder *recorder, struct holder_order *order)
{
    order->count = 0;
    for (int32_t i = 0; i < RECORDER_MAX_HOLDERS; i++) {
        if (recorder->holders[i].number != RECORDER_NOBODY) {
            order->numbers[order->count++] = recorder->holders[i].number;
        }
    }
    qsort(order->numbers, (size_t)order->count, sizeof *order->numbers, compare_numbers);
    for (int32_t i = 0; i < RECORDER_MAX_HOLDERS; i++) {
        if (recorder->holders[i].number != RECORDER_NOBODY) {
            order->slots[holder_order_index(order, recorder->holders[i].number)] = i;
        }
    }
}

/* -- holds ---------------------------------------------------------------------------------- */

static size_t
histogram_bucket(uint64_t nanoseconds)
{
    size_t bucket = 0;
    while (nanoseconds > 1 && bucket < RECORDER_BUCKETS - 1) {
        nanoseconds >>= 1;
        bucket++;
    }
    return bucket;
}

/* `seen_until_ns`: up to when it was certainly held. */
static void
close_hold(struct recorder *recorder, uint64_t end_ns, uint64_t seen_until_ns)
{
    struct hold *hold = &recorder->open;
    struct holder_total *total = &recorder->holders[recorder->last.holder];
    hold->end_ns = end_ns;
    uint64_t length = hold_length(hold);
    total->held_ns += length;
    total->holds++;
    total->longest_ns = length > total->longest_ns ? length : total->longest_ns;
    recorder->held_ns += length;
    recorder->histogram[histogram_bucket(length)]++;
    if (length > recorder->longest_since_pop_ns) {
        recorder->longest_since_pop_ns = length;
    }
    longest_holds_add(&recorder->longest, hold);
    hold_list_append(&recorder->holds, hold);
    if (recorder->stall_ns > 0 && recorder->requested_ns > 0 &&
        seen_until_ns >= recorder->requested_ns + recorder->stall_ns) {
        struct hold stall = *hold;
        stall.start_ns = recorder->requested_ns;
        stall.end_ns = seen_until_ns;
        hold_list_append(&recorder->stalls, &stall);
    }
}

static void
open_hold(struct recorder *recorder, uint64_t start_ns, int32_t holder, uint32_t flags)
{
    recorder->open = (struct hold){
        .start_ns = start_ns, .holder = recorder->holders[holder].number, .flags = flags};
    recorder->requested_ns = 0;
}

/* -- samples -------------------------------------------------------------------------------- */

static void
count_pair(struct recorder *recorder, uint64_t gap_ns, int32_t holder)
{
    bool was_held = recorder->last.holder != RECORDER_NOBODY;
    bool is_held = holder != RECORDER_NOBODY;
    double square_ns2 = (double)gap_ns * (double)gap_ns;
    if (gap_ns > recorder->longest_gap_ns) {
        recorder->longest_gap_ns = gap_ns;
    }
    if (gap_ns > recorder->max_gap_ns) {
        recorder->unseen_ns2 += square_ns2;
        return;
    }
    recorder->observed_pairs++;
    recorder->observed_ns += gap_ns;
    if (was_held != is_held) {
        recorder->changes++;
        recorder->changes_ns2 += square_ns2;
    }
}

/* The last two samples lay too far apart to say of the time between them what its ends say. */
static bool
is_gapped(const struct recorder *recorder)
{
    return recorder->last_gap_ns > recorder->max_gap_in_hold_ns;
}

/* End the open hold and begin the next, if the sample differs from the last. */
static void
follow(struct recorder *recorder, const struct sighting *sighting)
{
    const struct sighting *last = &recorder->last;
    recorder->last_gap_ns = recorder->samples == 0 ? 0 : sighting->now_ns - last->now_ns;
    uint64_t change_ns = sighting->now_ns - recorder->last_gap_ns + recorder->last_gap_ns / 2;
    uint32_t flags = is_gapped(recorder) ? HOLD_GAPPED : 0;
    bool goes_on = sighting->holder == last->holder && sighting->switches == last->switches;
    if (last->holder != RECORDER_NOBODY && (!goes_on || recorder->requested_ns == 0)) {
        recorder->open.flags |= flags;
    }
    if (!goes_on && last->holder != RECORDER_NOBODY) {
        close_hold(recorder, change_ns, is_gapped(recorder) ? last->now_ns : change_ns);
    }
    if (!goes_on && sighting->holder != RECORDER_NOBODY) {
        open_hold(recorder, change_ns, sighting->holder, flags);
    }
    recorder->last = *sighting;
}

uint64_t
recorder_sample(struct recorder *recorder, const struct sighting *sighting)
{
    if (recorder->samples == 0) {
        recorder->start_ns = sighting->now_ns;
    }
    else {
        count_pair(recorder, sighting->now_ns - recorder->last.now_ns, sighting->holder);
    }
    follow(recorder, sighting);
    recorder->samples++;
    return sighting->holder == RECORDER_NOBODY ? 0 : recorder->open.start_ns;
}

/* The thread began to wait, or asked after it had waited, between the last two samples: in the
   middle, or if they lay far apart, no earlier than is certain. */
void
recorder_note_request(struct recorder *recorder, uint64_t waited_ns)
{
    if (recorder->last.holder == RECORDER_NOBODY || recorder->requested_ns != 0) {
        return;
    }
    uint64_t before_ns = is_gapped(recorder) ? 0 : recorder->last_gap_ns / 2;
    uint64_t noted_ns = recorder->last.now_ns - before_ns;
    uint64_t least_ns = recorder->open.start_ns + waited_ns;
    recorder->requested_ns = noted_ns > least_ns ? noted_ns - waited_ns : recorder->open.start_ns;
    recorder->open.flags |= HOLD_REQUESTED;
}

void
recorder_sample_end(struct recorder *recorder, const struct sighting *sighting)
{
    if (recorder->samples == 0) {
        recorder_sample(recorder, sighting);
    }
    else {
        follow(recorder, sighting);
    }
}

void
recorder_finish(struct recorder *recorder, uint64_t now_ns)
{
    if (recorder->last.holder != RECORDER_NOBODY) {
        close_hold(recorder, now_ns, now_ns);
        recorder->last.holder = RECORDER_NOBODY;
    }
    recorder->last.now_ns = now_ns;
}

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
    };
}

uint64_t
recorder_open_ns(const struct recorder *recorder)
{
    if (recorder->last.holder == RECORDER_NOBODY) {
        return 0;
    }
    return recorder->last.now_ns - recorder->open.start_ns;
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
