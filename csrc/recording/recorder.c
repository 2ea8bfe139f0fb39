#include "recording/recorder.h"

#include <string.h>

enum { STALLS_SHARE = 10 };

void
recorder_init(struct recorder *recorder, struct arena *arena, uint64_t max_gap_ns,
              uint64_t stall_ns, size_t max_holds)
{
    memset(recorder, 0, sizeof *recorder);
    recorder->last.holder = RECORDER_NOBODY;
    recorder->max_gap_ns = recorder->max_gap_in_hold_ns = max_gap_ns;
    recorder->stall_ns = stall_ns;
    recorder->holds.arena = recorder->stalls.arena = arena;
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
    recorder->holders[slot].number = recorder->next_number++; /* one store: see journal.h */
}

void
recorder_fold_holder(struct recorder *recorder, int32_t slot)
{
    struct holder_total *total = &recorder->holders[slot], *folded = &recorder->folded;
    folded->held_ns += total->held_ns;
    folded->holds += total->holds;
    folded->longest_ns =
        total->longest_ns > folded->longest_ns ? total->longest_ns : folded->longest_ns;
    folded->caused_wait_ns += total->caused_wait_ns;
    folded->waited_ns += total->waited_ns;
    folded->longest_wait_ns = total->longest_wait_ns > folded->longest_wait_ns
                                  ? total->longest_wait_ns
                                  : folded->longest_wait_ns;
    integral_join(&folded->attached, &total->attached);
    recorder->folded_count++;
    *total = (struct holder_total){.number = RECORDER_NOBODY};
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

void
longest_spans_add(struct longest_spans *longest, struct longest_spans other)
{
    longest->hold_ns = other.hold_ns > longest->hold_ns ? other.hold_ns : longest->hold_ns;
    longest->wait_ns = other.wait_ns > longest->wait_ns ? other.wait_ns : longest->wait_ns;
}

/* The last two samples lay too far apart to say of the time between them what its ends say. */
static bool
is_gapped(const struct recorder *recorder)
{
    return recorder->last_gap_ns > recorder->max_gap_in_hold_ns;
}

/* The part of the open hold in which somebody waited, if it goes on until then. */
static struct span
waited_span(const struct recorder *recorder, uint64_t now_ns)
{
    uint64_t since_ns = recorder->requested_ns;
    bool is_waited_for = since_ns > 0 && now_ns > since_ns;
    return (struct span){is_waited_for ? since_ns : now_ns, now_ns};
}

/* A part of the open hold. */
static struct hold
cut_hold(const struct recorder *recorder, struct span part)
{
    struct hold hold = recorder->open;
    hold.start_ns = part.start_ns;
    hold.end_ns = part.end_ns;
    return hold;
}

/* What is said of the longest holds and waits. */
static void
note_lengths(struct recorder *recorder, struct holder_total *total, struct span seen,
             struct span waited)
{
    struct hold hold = cut_hold(recorder, seen);
    struct longest_spans lengths = {.hold_ns = span_length(&seen), .wait_ns = span_length(&waited)};
    total->longest_ns = lengths.hold_ns > total->longest_ns ? lengths.hold_ns : total->longest_ns;
    recorder->histogram[histogram_bucket(lengths.hold_ns)]++;
    longest_spans_add(&recorder->longest_since_pop, lengths);
    longest_holds_add(&recorder->longest, &hold);
}

static void
close_hold(struct recorder *recorder, uint64_t end_ns, uint64_t seen_until_ns)
{
    struct hold *hold = &recorder->open;
    struct holder_total *total = &recorder->holders[recorder->last.holder];
    hold->end_ns = end_ns;
    total->held_ns += hold_length(hold);
    total->holds++;
    total->caused_wait_ns += hold->waited_ns;
    recorder->held_ns += hold_length(hold);
    struct span waited =
        waited_span(recorder, is_gapped(recorder) ? recorder->last.now_ns : end_ns);
    note_lengths(recorder, total, seen_span_until(&recorder->seen, seen_until_ns), waited);
    hold_list_append(&recorder->holds, hold);
    if (recorder->stall_ns > 0 && span_length(&waited) >= recorder->stall_ns) {
        struct hold stall = cut_hold(recorder, waited);
        hold_list_append(&recorder->stalls, &stall);
    }
}

static void
open_hold(struct recorder *recorder, uint64_t start_ns, uint64_t seen_since_ns, int32_t holder)
{
    recorder->open = (struct hold){
        .start_ns = start_ns,
        .holder = recorder->holders[holder].number,
        .flags = is_gapped(recorder) ? HOLD_GAPPED : 0,
    };
    recorder->requested_ns = 0;
    seen_span_begin(&recorder->seen, seen_since_ns);
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

/* Between two samples that differ, the change is halfway. */
static void
count_waits(struct recorder *recorder, const struct sighting *sighting, uint64_t gap_ns)
{
    uint32_t before = recorder->last.waiters, after = sighting->waiters;
    bool is_seen = gap_ns <= recorder->max_gap_ns;
    integral_add(&recorder->waiters, before, after, gap_ns, is_seen);
    integral_add(&recorder->pressure, before > 0, after > 0, gap_ns, is_seen);
    if (recorder->last.holder != RECORDER_NOBODY) {
        recorder->held_wait_ns += before * (gap_ns / 2);
    }
    if (sighting->holder != RECORDER_NOBODY) {
        recorder->held_wait_ns += after * (gap_ns - gap_ns / 2);
    }
}

/* Of which part of the last gap neither of its samples says anything; of no length if they lie
   close together. */
static struct span
find_unseen(const struct recorder *recorder, uint64_t change_ns)
{
    uint64_t reach_ns = recorder->max_gap_in_hold_ns / 2;
    uint64_t last_ns = recorder->last.now_ns;
    if (!is_gapped(recorder)) {
        return (struct span){change_ns, change_ns};
    }
    return (struct span){last_ns + reach_ns, last_ns + recorder->last_gap_ns - reach_ns};
}

/* End the open hold and begin the next, if the sample differs from the last. */
static void
follow(struct recorder *recorder, const struct sighting *sighting)
{
    const struct sighting *last = &recorder->last;
    recorder->last_gap_ns = recorder->samples == 0 ? 0 : sighting->now_ns - last->now_ns;
    uint64_t change_ns = sighting->now_ns - recorder->last_gap_ns + recorder->last_gap_ns / 2;
    struct span unseen = find_unseen(recorder, change_ns);
    uint64_t after_ns = sighting->now_ns - change_ns;
    bool goes_on = sighting->holder == last->holder && sighting->switches == last->switches;
    bool is_doubtful = is_gapped(recorder) && (!goes_on || recorder->requested_ns == 0);
    if (recorder->samples > 0) {
        count_waits(recorder, sighting, recorder->last_gap_ns);
    }
    if (last->holder != RECORDER_NOBODY) {
        recorder->open.flags |= is_doubtful ? HOLD_GAPPED : 0;
        recorder->open.waited_ns += last->waiters * (recorder->last_gap_ns - after_ns);
    }
    if (!goes_on && last->holder != RECORDER_NOBODY) {
        close_hold(recorder, change_ns, unseen.start_ns);
    }
    if (!goes_on && sighting->holder != RECORDER_NOBODY) {
        open_hold(recorder, change_ns, unseen.end_ns, sighting->holder);
    }
    if (goes_on && is_doubtful) {
        seen_span_break(&recorder->seen, unseen.start_ns, unseen.end_ns);
    }
    if (sighting->holder != RECORDER_NOBODY) {
        recorder->open.waited_ns += sighting->waiters * after_ns;
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
    if (recorder->requested_ns < recorder->seen.since_ns) {
        recorder->seen.since_ns = recorder->requested_ns;
    }
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
        uint64_t reach_ns = recorder->last.now_ns + recorder->max_gap_in_hold_ns / 2;
        close_hold(recorder, now_ns, now_ns < reach_ns ? now_ns : reach_ns);
        recorder->last.holder = RECORDER_NOBODY;
    }
    recorder->last.now_ns = now_ns;
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
recorder_open_seen_ns(const struct recorder *recorder)
{
    if (recorder->last.holder == RECORDER_NOBODY) {
        return 0;
    }
    struct span seen = seen_span_until(&recorder->seen, recorder->last.now_ns);
    return span_length(&seen);
}

struct longest_spans
recorder_longest_since_pop(const struct recorder *recorder)
{
    struct longest_spans longest = recorder->longest_since_pop;
    if (recorder->last.holder != RECORDER_NOBODY) {
        struct span waited = waited_span(recorder, recorder->last.now_ns);
        longest_spans_add(&longest, (struct longest_spans){recorder_open_seen_ns(recorder),
                                                           span_length(&waited)});
    }
    return longest;
}

struct longest_spans
recorder_pop_longest(struct recorder *recorder)
{
    struct longest_spans longest = recorder_longest_since_pop(recorder);
    recorder->longest_since_pop = (struct longest_spans){0, 0};
    return longest;
}
