#include "recording/recording_check.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "recording/check_parts.h"

/* -- the recorder ---------------------------------------------------------------------------- */

/* No integral of whole numbers is larger than that of their squares, and the mean of squares is no
   smaller than the square of the mean. */
static bool
is_integral_sound(const struct check *check, const struct integral *integral)
{
    double mean_sum = (double)integral->sum_ns * (double)integral->sum_ns;
    return integral->sum_ns <= integral->squares_ns && integral->squares_ns <= CHECK_MAX_NS &&
           mean_sum <= (double)integral->squares_ns * (double)check_length_ns(check) * (1 + 1e-9) &&
           isfinite(integral->jumps_ns2) && integral->jumps_ns2 >= 0;
}

static bool
are_sums_sound(const struct check *check)
{
    const struct recorder *recorder = &check->sampler->recorder;
    const double squares[] = {recorder->changes_ns2, recorder->unseen_ns2};
    for (size_t i = 0; i < sizeof squares / sizeof *squares; i++) {
        if (!isfinite(squares[i]) || squares[i] < 0) {
            return false;
        }
    }
    uint64_t pressure_ns = recorder->pressure.sum_ns;
    return is_integral_sound(check, &recorder->waiters) &&
           is_integral_sound(check, &recorder->pressure) &&
           pressure_ns <= recorder->waiters.sum_ns && recorder->held_ns <= check_length_ns(check) &&
           recorder->observed_ns <= check_length_ns(check) &&
           pressure_ns <= check_length_ns(check) &&
           recorder->longest_gap_ns <= check_length_ns(check) &&
           recorder->held_wait_ns <= CHECK_MAX_NS;
}

static bool
is_open_hold_sound(const struct check *check)
{
    const struct recorder *recorder = &check->sampler->recorder;
    int32_t slot = recorder->last.holder;
    if (slot == RECORDER_NOBODY) {
        return true;
    }
    return slot >= 0 && slot < RECORDER_MAX_HOLDERS && recorder->holders[slot].number >= 0 &&
           recorder->open.holder == recorder->holders[slot].number &&
           check_is_within(check, recorder->open.start_ns, check->end_ns) &&
           check_is_within(check, recorder->seen.since_ns, check->end_ns) &&
           check_is_within(check, recorder->open.start_ns, recorder->seen.since_ns) &&
           (recorder->requested_ns == 0 || (recorder->open.start_ns <= recorder->requested_ns &&
                                            recorder->requested_ns <= check->end_ns)) &&
           check_is_within(check, recorder->seen.longest.start_ns, recorder->seen.longest.end_ns) &&
           recorder->held_ns + recorder_open_ns(recorder) <= check_length_ns(check);
}

/* Of holders that have the same number, one is it: the slots of the others were being given back.
 */
static void
drop_unfinished(struct recorder *recorder, int32_t number)
{
    struct holder_total *kept = NULL;
    for (int32_t slot = 0; slot < RECORDER_MAX_HOLDERS; slot++) {
        struct holder_total *total = &recorder->holders[slot];
        if (total->number == number && kept == NULL) {
            kept = total;
        }
        else if (total->number == number) {
            struct holder_total *dropped = total->held_ns > kept->held_ns ? kept : total;
            kept = dropped == kept ? total : kept;
            *dropped = (struct holder_total){.number = RECORDER_NOBODY};
        }
    }
}

/* A holder that was added in the sample that was taken back isn't there. */
static bool
are_holders_sound(struct check *check)
{
    struct recorder *recorder = &check->sampler->recorder;
    for (int32_t slot = 0; slot < RECORDER_MAX_HOLDERS; slot++) {
        struct holder_total *total = &recorder->holders[slot];
        if (!check->is_ended && total->number >= recorder->next_number) {
            *total = (struct holder_total){.number = RECORDER_NOBODY};
        }
        if (total->number < RECORDER_NOBODY || total->number >= recorder->next_number ||
            total->held_ns > check_length_ns(check) || total->longest_ns > check_length_ns(check) ||
            total->caused_wait_ns > CHECK_MAX_NS || total->waited_ns > CHECK_MAX_NS ||
            total->longest_wait_ns > check_length_ns(check)) {
            return false;
        }
    }
    recorder_order_holders(recorder, &check->order);
    for (int32_t i = 1; i < check->order.count; i++) {
        if (check->order.numbers[i - 1] == check->order.numbers[i]) {
            if (check->is_ended) {
                return false;
            }
            drop_unfinished(recorder, check->order.numbers[i]);
        }
    }
    recorder_order_holders(recorder, &check->order);
    return recorder->folded.held_ns <= check_length_ns(check) &&
           recorder->folded_count <= INT32_MAX;
}

/* Of the holders that are kept, and those that made room; more than `limit_ns` once it is that. */
static uint64_t
add_up(const struct check *check, size_t field, uint64_t limit_ns)
{
    const struct recorder *recorder = &check->sampler->recorder;
    uint64_t sum_ns;
    memcpy(&sum_ns, (const char *)&recorder->folded + field, sizeof sum_ns);
    for (int32_t i = 0; i < check->order.count && sum_ns <= limit_ns; i++) {
        uint64_t one_ns;
        const struct holder_total *total = &recorder->holders[check->order.slots[i]];
        memcpy(&one_ns, (const char *)total + field, sizeof one_ns);
        sum_ns += one_ns;
    }
    return sum_ns;
}

/* What holders held adds up to what was held, and what they waited to no more than all waited. Of
   those that were making room in the sample that was taken back, no more is known. */
static bool
do_holders_add_up(struct check *check)
{
    struct recorder *recorder = &check->sampler->recorder;
    const uint64_t all_ns = recorder->held_ns, waited_ns = recorder->waiters.sum_ns;
    uint64_t held_ns = add_up(check, offsetof(struct holder_total, held_ns), all_ns);
    if (held_ns < all_ns && !check->is_ended) {
        recorder->folded.held_ns += all_ns - held_ns;
        check->names_folded = true;
        held_ns = all_ns;
    }
    return held_ns == all_ns &&
           add_up(check, offsetof(struct holder_total, waited_ns), waited_ns) <= waited_ns;
}

/* -- holds ----------------------------------------------------------------------------------- */

static bool
is_hold(struct check *check, const struct hold *hold)
{
    return check_is_within(check, hold->start_ns, hold->end_ns) &&
           hold->waited_ns <= CHECK_MAX_NS && check_is_holder(check, hold->holder);
}

/* Holds are in order, none begins before the one before it has ended, and all that are kept last
   no longer than what was held. */
static bool
are_holds_sound(struct check *check)
{
    struct recorder *recorder = &check->sampler->recorder;
    bool are_places =
        atomic_load(&check->sampler->numbering) == NUMBERED && recorder->folded_count > 0;
    uint64_t last_ns = check->start_ns, all_ns = 0;
    for (size_t i = 0; i < recorder->holds.count; i++) {
        const struct hold *hold = &recorder->holds.items[i];
        if (hold->start_ns < last_ns || !check_is_within(check, hold->start_ns, hold->end_ns) ||
            hold->waited_ns > CHECK_MAX_NS ||
            !(are_places ? check_is_place(check, hold->holder)
                         : check_is_holder(check, hold->holder))) {
            return false;
        }
        last_ns = hold->end_ns;
        all_ns += hold->end_ns - hold->start_ns;
    }
    if (all_ns > recorder->held_ns) {
        return false;
    }
    for (size_t i = 0; i < recorder->stalls.count; i++) {
        if (!is_hold(check, &recorder->stalls.items[i])) {
            return false;
        }
    }
    return true;
}

/* One that was moving within them may be there twice, and one that was taken back may be left. */
static bool
are_longest_sound(struct check *check)
{
    struct longest_holds *longest = &check->sampler->recorder.longest;
    size_t kept = 0;
    if (longest->count > MAX_LONGEST_HOLDS) {
        return false;
    }
    for (size_t i = 0; i < longest->count; i++) {
        bool is_twice = false;
        for (size_t j = 0; j < kept; j++) {
            is_twice |= longest->heap[j].start_ns == longest->heap[i].start_ns;
        }
        if (!is_twice && is_hold(check, &longest->heap[i])) {
            longest->heap[kept++] = longest->heap[i];
        }
    }
    bool is_whole = kept == longest->count;
    longest->count = kept;
    return is_whole || !check->is_ended;
}

/* -- all of it ------------------------------------------------------------------------------- */

static const char *
find_damage(struct check *check)
{
    if (check->start_ns > check->end_ns || check->end_ns > CHECK_MAX_NS) {
        return "its times";
    }
    if (!are_holders_sound(check) || !are_sums_sound(check) || !is_open_hold_sound(check) ||
        !do_holders_add_up(check)) {
        return "its sums";
    }
    if (!are_holds_sound(check) || !are_longest_sound(check)) {
        return "its holds";
    }
    if (!check_stacks(check)) {
        return "its stacks";
    }
    if (!check_waits(check)) {
        return "its waits";
    }
    if (!check_world(check)) {
        return "its world without a GIL";
    }
    return check_activity(check) ? NULL : "what its threads did";
}

const char *
recording_check(struct sampler *sampler, bool is_ended)
{
    struct recorder *recorder = &sampler->recorder;
    struct check check = {.sampler = sampler,
                          .start_ns = recorder->start_ns,
                          .end_ns = recorder->last.now_ns,
                          .is_ended = is_ended};
    const char *damage = find_damage(&check);
    if (check.names_folded && recorder->folded_count == 0) {
        recorder->folded_count = 1;
    }
    return damage;
}
