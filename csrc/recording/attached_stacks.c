#include "recording/attached_stacks.h"

#include "cpython/attachment.h"
#include "os/clock.h"
#include "os/jitter.h"

enum { MAX_STACKS = 4 }; /* per sample */

/* As stacks.c has it of what was held. Threads that are attached at once share what stacks may
   cost. */
static void
stand_for(struct stacks *stacks, const struct attached_moments *moments,
          const struct attached_moment *moment, uint32_t row)
{
    struct holder_stacks *holder = stacks_find_holder(stacks, moment->slot, moment->number);
    uint64_t mean_ns = stacks_quantum_ns(stacks, moments->all_cores_busy) * moments->attached;
    uint64_t attached_ns = moment->attached_ns - holder->attached_stacked_ns;
    if (row != POOL_NONE) {
        profile_add_attached(&stacks->profile, row, attached_ns,
                             attached_ns < 2 * mean_ns ? attached_ns : 2 * mean_ns);
    }
    holder->attached_stacked_ns = moment->attached_ns;
    holder->attached_due_ns = moment->attached_ns + jitter(&stacks->random, mean_ns);
}

/* One of a thread that has detached may have moved as it was read. */
static void
take(struct stacks *stacks, const struct attached_moments *moments,
     const struct attached_moment *moment)
{
    uint64_t start_ns = clock_thread_cpu_ns();
    uint32_t row = stacks_take(stacks, moment->thread, moment->number, moments->now_ns);
    bool is_taken = attachment_is_attached(moment->thread);
    stacks_count_cost(stacks, clock_thread_cpu_ns() - start_ns);
    if (is_taken) {
        stand_for(stacks, moments, moment, row);
    }
}

/* From another one on each time, so that none is left out for long. */
static void
look(struct stacks *stacks, const struct attached_moments *moments)
{
    size_t first = (size_t)jitter(&stacks->random, moments->count);
    int taken = 0;
    for (size_t i = 0; i < moments->count && taken < MAX_STACKS; i++) {
        const struct attached_moment *moment = &moments->threads[(first + i) % moments->count];
        const struct holder_stacks *holder =
            stacks_find_holder(stacks, moment->slot, moment->number);
        if (moment->attached_ns >= holder->attached_due_ns) {
            take(stacks, moments, moment);
            taken++;
        }
    }
}

void
attached_stacks_look(struct stacks *stacks, const struct attached_moments *moments)
{
    if (!stacks->is_on || moments->count == 0) {
        return;
    }
    os_mutex_lock(&stacks->mutex);
    look(stacks, moments);
    os_mutex_unlock(&stacks->mutex);
}
