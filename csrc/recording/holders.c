#include "recording/holders.h"

#include <stdlib.h>
#include <string.h>

enum { FREE = -1 };

static void
empty_table(struct holders *holders)
{
    for (size_t i = 0; i < HOLDERS_TABLE_SIZE; i++) {
        holders->table[i] = FREE;
    }
}

void
holders_init(struct holders *holders)
{
    memset(holders, 0, sizeof *holders);
    empty_table(holders);
    for (int16_t slot = RECORDER_MAX_HOLDERS; slot-- > 0;) {
        holders->free_slots[holders->free_count++] = slot;
    }
}

/* -- from an address to a slot ---------------------------------------------------------------- */

/* The place of an address in the table, or the free one that it should have. At most half of the
   places are taken. */
static int16_t *
find_place(struct holders *holders, gil_holder holder)
{
    /* Fibonacci hashing: thread states lie at multiples of their size. */
    uint64_t place = ((uint64_t)holder * UINT64_C(0x9E3779B97F4A7C15)) >> 32;
    for (;; place++) {
        int16_t *slot = &holders->table[place % HOLDERS_TABLE_SIZE];
        holders->probes++;
        if (*slot == FREE || holders->threads[*slot].holder == holder) {
            return slot;
        }
    }
}

/* False when the address has become another thread's. */
static bool
identify(struct sighted_thread *entry, const struct gil_thread *now, uint64_t generation)
{
    if (entry->is_identified && entry->thread.native_id != now->native_id) {
        return false;
    }
    entry->generation = generation;
    entry->is_identified = true;
    entry->thread = *now;
    return true;
}

/* Identify an entry (again). False when the address has become another thread's. */
static bool
refresh(struct sighted_thread *entry, uint64_t generation)
{
    struct gil_thread now;
    if (!gil_state_identify(entry->holder, &now)) {
        return true; /* the list is locked: the next sample tries again */
    }
    return identify(entry, &now, generation);
}

/* -- making room ------------------------------------------------------------------------------ */

struct candidate {
    bool has_ended;
    uint64_t worth_ns; /* held, waited and attached */
    int16_t slot;
};

static int
compare_worth(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->has_ended != b->has_ended) {
        return a->has_ended ? -1 : 1;
    }
    return (a->worth_ns > b->worth_ns) - (a->worth_ns < b->worth_ns);
}

static void
fill_table(struct holders *holders, const struct recorder *recorder)
{
    empty_table(holders);
    for (int16_t slot = 0; slot < RECORDER_MAX_HOLDERS; slot++) {
        const struct sighted_thread *entry = &holders->threads[slot];
        if (recorder->holders[slot].number != RECORDER_NOBODY && !entry->has_ended) {
            *find_place(holders, entry->holder) = slot;
        }
    }
}

/* Once in many new threads, so that each pays little. The thread of the open hold stays. */
static void
make_room(struct holders *holders, struct recorder *recorder)
{
    struct candidate candidates[RECORDER_MAX_HOLDERS];
    for (int16_t slot = 0; slot < RECORDER_MAX_HOLDERS; slot++) {
        const struct holder_total *total = &recorder->holders[slot];
        candidates[slot] =
            (struct candidate){holders->threads[slot].has_ended,
                               total->held_ns + total->waited_ns + total->attached.sum_ns, slot};
    }
    qsort(candidates, RECORDER_MAX_HOLDERS, sizeof *candidates, compare_worth);
    for (size_t i = 0; i < RECORDER_MAX_HOLDERS / 2; i++) {
        if (candidates[i].slot != recorder->last.holder) {
            recorder_fold_holder(recorder, candidates[i].slot);
            holders->free_slots[holders->free_count++] = candidates[i].slot;
        }
    }
    fill_table(holders, recorder);
}

static int16_t
add_thread(struct holders *holders, struct recorder *recorder, gil_holder holder)
{
    if (holders->free_count == 0) {
        make_room(holders, recorder);
    }
    int16_t slot = holders->free_slots[--holders->free_count];
    holders->threads[slot] = (struct sighted_thread){.holder = holder};
    recorder_add_holder(recorder, slot);
    *find_place(holders, holder) = slot;
    return slot;
}

/* -- finding one ------------------------------------------------------------------------------ */

int32_t
holders_find(struct holders *holders, struct recorder *recorder, const struct gil *gil,
             gil_holder holder)
{
    if (holder == 0) {
        return RECORDER_NOBODY;
    }
    uint64_t generation = gil_state_generation(gil);
    int16_t slot = *find_place(holders, holder);
    if (slot != FREE) {
        struct sighted_thread *entry = &holders->threads[slot];
        if ((entry->is_identified && entry->generation == generation) ||
            refresh(entry, generation)) {
            return slot;
        }
        entry->has_ended = true;
    }
    slot = add_thread(holders, recorder, holder);
    refresh(&holders->threads[slot], generation);
    return slot;
}

int32_t
holders_place(struct holders *holders, struct recorder *recorder, const struct thread_state *found,
              uint64_t generation)
{
    int16_t slot = *find_place(holders, found->state);
    if (slot != FREE) {
        if (identify(&holders->threads[slot], &found->thread, generation)) {
            return slot;
        }
        holders->threads[slot].has_ended = true;
    }
    slot = add_thread(holders, recorder, found->state);
    identify(&holders->threads[slot], &found->thread, generation);
    return slot;
}
