#include "cli/ending.h"

void
ending_init(struct ending *ending)
{
    os_mutex_init(&ending->mutex);
    os_condition_init(&ending->changed);
    ending->state = ENDING_OPEN;
    ending->claimant = 0;
}

void
ending_destroy(struct ending *ending)
{
    os_condition_destroy(&ending->changed);
    os_mutex_destroy(&ending->mutex);
}

static void
set_state(struct ending *ending, enum ending_state state)
{
    ending->state = state;
    os_condition_broadcast(&ending->changed);
}

bool
ending_claim(struct ending *ending, uint64_t thread)
{
    os_mutex_lock(&ending->mutex);
    bool is_first = ending->state == ENDING_OPEN;
    if (is_first) {
        ending->claimant = thread;
        set_state(ending, ENDING_CLAIMED);
    }
    os_mutex_unlock(&ending->mutex);
    return is_first;
}

void
ending_set_done(struct ending *ending)
{
    os_mutex_lock(&ending->mutex);
    set_state(ending, ENDING_DONE);
    os_mutex_unlock(&ending->mutex);
}

bool
ending_is_of(struct ending *ending, uint64_t thread)
{
    os_mutex_lock(&ending->mutex);
    bool is_of_thread = ending->state != ENDING_OPEN && ending->claimant == thread;
    os_mutex_unlock(&ending->mutex);
    return is_of_thread;
}

bool
ending_wait_while(struct ending *ending, enum ending_state state, uint64_t deadline_ns)
{
    os_mutex_lock(&ending->mutex);
    while (ending->state == state && clock_monotonic_ns() < deadline_ns) {
        os_condition_wait_until(&ending->changed, &ending->mutex, deadline_ns);
    }
    bool has_changed = ending->state != state;
    os_mutex_unlock(&ending->mutex);
    return has_changed;
}
