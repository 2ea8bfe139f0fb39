#include "lab/lock_order.h"

enum { MEETING_SECONDS = 60 };

void
lock_pair_init(struct lock_pair *pair)
{
    *pair = (struct lock_pair){.have_first = 0};
    os_mutex_init(&pair->mutex);
    os_condition_init(&pair->changed);
}

void
lock_pair_destroy(struct lock_pair *pair)
{
    os_condition_destroy(&pair->changed);
    os_mutex_destroy(&pair->mutex);
}

/* -- locking one, then the other ----------------------------------------------------------- */

/* With the pair's mutex held. */
static bool
take(struct lock_pair *pair, uint32_t index, uint64_t deadline_ns)
{
    while (pair->is_taken[index]) {
        if (clock_monotonic_ns() >= deadline_ns) {
            return false;
        }
        os_condition_wait_until(&pair->changed, &pair->mutex, deadline_ns);
    }
    pair->is_taken[index] = true;
    os_condition_broadcast(&pair->changed);
    return true;
}

static void
drop(struct lock_pair *pair, uint32_t index)
{
    pair->is_taken[index] = false;
    os_condition_broadcast(&pair->changed);
}

/* It also waits for a party that gets no core for a while: without that one there is no
   deadlock. */
static void
await(struct lock_pair *pair, uint32_t parties)
{
    uint64_t deadline_ns = clock_monotonic_ns() + MEETING_SECONDS * NS_PER_SECOND;
    while (pair->have_first < parties && clock_monotonic_ns() < deadline_ns) {
        os_condition_wait_until(&pair->changed, &pair->mutex, deadline_ns);
    }
}

static void
come(struct lock_pair *pair)
{
    pair->have_first++;
    os_condition_broadcast(&pair->changed);
}

bool
lock_pair_take_both(struct lock_pair *pair, uint32_t first, bool wait_until_both_hold_one,
                    uint64_t timeout_ns)
{
    uint32_t second = LOCK_COUNT - 1 - first;
    uint64_t deadline_ns = clock_monotonic_ns() + timeout_ns;
    bool has_both = false;
    os_mutex_lock(&pair->mutex);
    if (take(pair, first, deadline_ns)) {
        if (wait_until_both_hold_one) {
            come(pair);
            await(pair, LOCK_COUNT);
            deadline_ns = clock_monotonic_ns() + timeout_ns;
        }
        has_both = take(pair, second, deadline_ns);
        if (has_both) {
            drop(pair, second);
        }
        drop(pair, first);
    }
    os_mutex_unlock(&pair->mutex);
    return has_both;
}

/* -- lock 0 and something else ------------------------------------------------------------- */

void
lock_pair_hold_first(struct lock_pair *pair)
{
    os_mutex_lock(&pair->mutex);
    take(pair, 0, UINT64_MAX);
    come(pair);
    await(pair, 2);
    os_mutex_unlock(&pair->mutex);
}

void
lock_pair_drop_first(struct lock_pair *pair)
{
    os_mutex_lock(&pair->mutex);
    drop(pair, 0);
    os_mutex_unlock(&pair->mutex);
}

void
lock_pair_await_holder(struct lock_pair *pair)
{
    os_mutex_lock(&pair->mutex);
    await(pair, 1);
    os_mutex_unlock(&pair->mutex);
}

bool
lock_pair_take_first(struct lock_pair *pair, uint64_t timeout_ns)
{
    os_mutex_lock(&pair->mutex);
    come(pair);
    bool has_it = take(pair, 0, clock_monotonic_ns() + timeout_ns);
    if (has_it) {
        drop(pair, 0);
    }
    os_mutex_unlock(&pair->mutex);
    return has_it;
}
