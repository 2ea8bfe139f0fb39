#include <math.h>

#include "recording/check_parts.h"

static void
cut(uint64_t *ns, uint64_t most_ns)
{
    *ns = *ns < most_ns ? *ns : most_ns;
}

/* -- attached threads ------------------------------------------------------------------------ */

/* What a sample that was never finished has added in part is left out. */
static bool
is_attached_sound(const struct check *check, struct integral *attached, uint64_t most_ns)
{
    if (!check->is_ended) {
        cut(&attached->sum_ns, attached->squares_ns);
        cut(&attached->sum_ns, most_ns);
    }
    return attached->sum_ns <= attached->squares_ns && attached->sum_ns <= most_ns &&
           isfinite(attached->jumps_ns2) && attached->jumps_ns2 >= 0;
}

static bool
are_attachments_sound(struct check *check)
{
    struct attachments *attachments = &check->sampler->world.attachments;
    struct recorder *recorder = &check->sampler->recorder;
    if (!is_attached_sound(check, &attachments->time.without_gil, check_length_ns(check)) ||
        !is_attached_sound(check, &recorder->folded.attached, CHECK_MAX_NS) ||
        attachments->time.observed_ns > CHECK_MAX_NS ||
        attachments->time.samples_with_gil > attachments->time.samples ||
        !isfinite(attachments->time.unseen_ns2) || attachments->time.unseen_ns2 < 0) {
        return false;
    }
    for (int32_t i = 0; i < check->order.count; i++) {
        struct holder_total *total = &recorder->holders[check->order.slots[i]];
        if (!is_attached_sound(check, &total->attached, check_length_ns(check))) {
            return false;
        }
    }
    return true;
}

/* -- pauses ---------------------------------------------------------------------------------- */

static bool
is_row_or_none(const struct check *check, uint32_t row)
{
    return row == POOL_NONE || row < check->sampler->stacks.profile.row_count;
}

static bool
is_waited_for_sound(struct check *check, const struct pause *pause)
{
    if (pause->waited_count > MAX_WAITED_FOR) {
        return false;
    }
    for (uint32_t i = 0; i < pause->waited_count; i++) {
        const struct waited_for *waited_for = &pause->waited_for[i];
        if (!check_is_within(check, pause->start_ns, waited_for->until_ns) ||
            !check_is_holder(check, waited_for->number) ||
            !is_row_or_none(check, waited_for->row)) {
            return false;
        }
    }
    return true;
}

static bool
is_pause_sound(struct check *check, const struct pause *pause)
{
    return check_is_within(check, pause->start_ns, pause->stopping_until_ns) &&
           (pause->stopped_until_ns == 0 ||
            check_is_within(check, pause->stopping_until_ns, pause->stopped_until_ns)) &&
           (pause->asker == RECORDER_NOBODY || check_is_holder(check, pause->asker)) &&
           is_row_or_none(check, pause->row) && is_waited_for_sound(check, pause);
}

/* One that was being written is left out, and one that the last sample alone saw. */
static bool
are_pauses_sound(struct check *check)
{
    struct pauses *pauses = &check->sampler->world.pauses;
    size_t sound = 0;
    if (pauses->count > MAX_PAUSES) {
        return false;
    }
    for (size_t i = 0; i < pauses->count; i++) {
        if (is_pause_sound(check, &pauses->kept[i])) {
            pauses->kept[sound++] = pauses->kept[i];
        }
        else if (check->is_ended) {
            return false;
        }
    }
    pauses->count = sound;
    pauses->is_open = pauses->is_open && is_pause_sound(check, &pauses->open);
    return true;
}

bool
check_world(struct check *check)
{
    return are_attachments_sound(check) && are_pauses_sound(check);
}
