#include "recording/check_parts.h"

typedef bool (*item_check)(struct check *check, size_t index);

/* What was being appended is left out, and what is behind it. */
static bool
check_items(struct check *check, size_t *count, item_check is_sound)
{
    for (size_t i = 0; i < *count; i++) {
        if (!is_sound(check, i)) {
            *count = i;
            return !check->is_ended;
        }
    }
    return true;
}

/* -- stacks -------------------------------------------------------------------------------- */

static bool
is_text_sound(struct check *check, size_t index)
{
    const struct profile *profile = &check->sampler->stacks.profile;
    return profile->texts[index] < profile->text_size;
}

static bool
is_frame_sound(struct check *check, size_t index)
{
    const struct profile *profile = &check->sampler->stacks.profile;
    const struct profile_frame *frame = &profile->frames[index];
    return frame->file < profile->text_count && frame->function < profile->text_count;
}

static bool
is_row_sound(struct check *check, size_t index)
{
    const struct profile *profile = &check->sampler->stacks.profile;
    struct profile_row *row = &profile->rows[index];
    if (!check->is_ended && row->weight_ns > row->held_ns) {
        row->weight_ns = row->held_ns; /* the one was added, the other not yet */
    }
    if (!check->is_ended && row->attached_weight_ns > row->attached_ns) {
        row->attached_weight_ns = row->attached_ns;
    }
    if (!check_is_holder(check, row->holder) || row->depth == 0 ||
        row->first > profile->number_count || row->depth > profile->number_count - row->first ||
        row->held_ns > check_length_ns(check) || row->weight_ns > row->held_ns ||
        row->attached_ns > CHECK_MAX_NS || row->attached_weight_ns > row->attached_ns ||
        row->longest_ns > check_length_ns(check) || row->waiting_ns > CHECK_MAX_NS ||
        (row->callable != POOL_NONE && row->callable >= profile->text_count)) {
        return false;
    }
    for (size_t i = 0; i < row->depth; i++) {
        if (profile->frame_numbers[row->first + i] >= profile->frame_count) {
            return false;
        }
    }
    return true;
}

/* What the stacks of a thread stand for is no more than what it held. While its process runs, they
   were read later than that. */
static bool
do_rows_fit(struct check *check)
{
    const struct recorder *recorder = &check->sampler->recorder;
    const struct profile *profile = &check->sampler->stacks.profile;
    for (size_t i = 0; i < profile->row_count; i++) {
        int32_t place = holder_order_index(&check->order, profile->rows[i].holder);
        bool is_kept = place < check->order.count;
        int32_t slot = is_kept ? check->order.slots[place] : RECORDER_NOBODY;
        uint64_t held_ns = is_kept ? recorder->holders[slot].held_ns : recorder->folded.held_ns;
        if (is_kept && slot == recorder->last.holder) {
            held_ns += recorder_open_ns(recorder);
        }
        struct profile_row *row = &profile->rows[i];
        uint64_t most_ns = held_ns - check->stacked_ns[place];
        if (row->held_ns > most_ns && check->is_ended) {
            return false;
        }
        row->held_ns = row->held_ns < most_ns ? row->held_ns : most_ns;
        row->weight_ns = row->weight_ns < row->held_ns ? row->weight_ns : row->held_ns;
        check->stacked_ns[place] += row->held_ns;
    }
    return true;
}

static bool
is_moment_sound(struct check *check, size_t index)
{
    const struct profile *profile = &check->sampler->stacks.profile;
    const struct profile_moment *moment = &profile->moments[index];
    return moment->row < profile->row_count &&
           (moment->task == POOL_NONE || moment->task < profile->text_count) &&
           check_is_within(check, moment->taken_ns, moment->taken_ns);
}

static bool
is_wait_sound(struct check *check, size_t index)
{
    const struct profile *profile = &check->sampler->stacks.profile;
    const struct profile_wait *wait = &profile->waits[index];
    return wait->row < profile->row_count && check_is_holder(check, wait->victim) &&
           wait->waited_ns <= CHECK_MAX_NS;
}

bool
check_stacks(struct check *check)
{
    struct profile *profile = &check->sampler->stacks.profile;
    while (profile->text_size > 0 && profile->text_bytes[profile->text_size - 1] != '\0') {
        if (check->is_ended) {
            return false;
        }
        profile->text_size--;
    }
    return check_items(check, &profile->text_count, is_text_sound) &&
           check_items(check, &profile->frame_count, is_frame_sound) &&
           check_items(check, &profile->row_count, is_row_sound) && do_rows_fit(check) &&
           check_items(check, &profile->moment_count, is_moment_sound) &&
           check_items(check, &profile->wait_count, is_wait_sound);
}

/* -- waits --------------------------------------------------------------------------------- */

static bool
is_victim_sound(struct check *check, size_t index)
{
    const struct victim *victim = &check->sampler->waiters.victims[index];
    return (victim->row == POOL_NONE || victim->row < check->sampler->stacks.profile.row_count) &&
           check_is_within(check, victim->since_ns, victim->until_ns) &&
           check_is_holder(check, victim->number);
}

/* Those who wait still, as the recording ends. */
static bool
is_span_sound(struct check *check)
{
    struct waited_span *span = &check->sampler->waiters.span;
    for (size_t i = 0; i < span->named_count; i++) {
        const struct waiting_thread *named = &span->named[i];
        if (i >= MAX_FOUND || named->slot < 0 || named->slot >= RECORDER_MAX_HOLDERS ||
            !check_is_within(check, named->since_ns, span->last_ns) ||
            !check_is_within(check, span->reached_ns[1], span->last_ns) ||
            !check_is_holder(check, named->number) ||
            (named->row != POOL_NONE && named->row >= check->sampler->stacks.profile.row_count)) {
            span->named_count = 0;
            return !check->is_ended;
        }
    }
    return true;
}

bool
check_waits(struct check *check)
{
    return check_items(check, &check->sampler->waiters.victim_count, is_victim_sound) &&
           is_span_sound(check);
}

/* -- activity -------------------------------------------------------------------------------- */

static bool
is_activity_row_sound(struct check *check, size_t index)
{
    const struct activity_rows *rows = &check->sampler->activity.rows;
    const struct activity_row *row = &rows->items[index];
    bool is_numbered = atomic_load(&check->sampler->numbering) == NUMBERED;
    bool is_folded = !is_numbered && row->number == ACTIVITY_FOLDED;
    check->names_folded |= is_folded;
    return row->bucket <= check_length_ns(check) / rows->bucket_ns && row->cpu_ns <= CHECK_MAX_NS &&
           row->waited_ns <= CHECK_MAX_NS &&
           (is_folded || (is_numbered ? check_is_place(check, row->number)
                                      : check_is_holder(check, row->number)));
}

bool
check_activity(struct check *check)
{
    struct activity *activity = &check->sampler->activity;
    if (activity->slots < 0 || activity->slots > RECORDER_MAX_HOLDERS ||
        activity->folded_cpu_ns > CHECK_MAX_NS || activity->rows.bucket_ns == 0) {
        return false;
    }
    for (int32_t slot = 0; slot < RECORDER_MAX_HOLDERS; slot++) {
        if (activity->threads[slot].cpu_ns > CHECK_MAX_NS) {
            return false;
        }
    }
    return check_items(check, &activity->rows.count, is_activity_row_sound);
}
