/* What the checks of a recording that was read from a file share: recording_check.c has those of
   the recorder, check_stacks.c those of stacks, waits and activity, check_world.c those of a world
   without a GIL. No Python.h here. */

#ifndef GILEXT_CHECK_PARTS_H
#define GILEXT_CHECK_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "recording/sampler.h"

static const uint64_t CHECK_MAX_NS = UINT64_C(1) << 62;

/* What all items are checked against. */
struct check {
    struct sampler *sampler;
    struct holder_order order;
    uint64_t start_ns, end_ns;
    bool is_ended;
    uint64_t stacked_ns[RECORDER_MAX_HOLDERS + 1]; /* by place: for how long stacks stand */
    bool names_folded; /* something names a holder that had to make room */
};

static inline uint64_t
check_length_ns(const struct check *check)
{
    return check->end_ns - check->start_ns;
}

static inline bool
check_is_within(const struct check *check, uint64_t start_ns, uint64_t end_ns)
{
    return check->start_ns <= start_ns && start_ns <= end_ns && end_ns <= check->end_ns;
}

static inline bool
check_is_holder(struct check *check, int32_t number)
{
    if (number < 0 || number >= check->sampler->recorder.next_number) {
        return false;
    }
    check->names_folded |= holder_order_index(&check->order, number) == check->order.count;
    return true;
}

/* Of a holder in the order, once numbers have become places. */
static inline bool
check_is_place(struct check *check, int32_t place)
{
    check->names_folded |= place == check->order.count;
    return place >= 0 && place <= check->order.count;
}

bool check_stacks(struct check *check);
bool check_waits(struct check *check); /* after the stacks */
bool check_activity(struct check *check);
bool check_world(struct check *check); /* after the stacks */

#endif
