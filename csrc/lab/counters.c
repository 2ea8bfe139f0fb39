#include "lab/counters.h"

#include <stdlib.h>

bool
counters_init(struct counters *counters, enum counting counting, size_t cell_count)
{
    *counters = (struct counters){.counting = counting};
    os_mutex_init(&counters->mutex);
    if (cell_count > (SIZE_MAX - 64) / sizeof(struct cell)) {
        return false;
    }
    counters->memory = malloc(cell_count * sizeof(struct cell) + 63);
    if (counters->memory == NULL) {
        return false;
    }
    counters->cell_count = cell_count;
    uintptr_t aligned = ((uintptr_t)counters->memory + 63) & ~(uintptr_t)63;
    counters->cells = (struct cell *)aligned;
    for (size_t i = 0; i < cell_count; i++) {
        atomic_init(&counters->cells[i].count, 0);
        atomic_init(&counters->cells[i].owned, 0);
        os_mutex_init(&counters->cells[i].mutex);
    }
    return true;
}

void
counters_destroy(struct counters *counters)
{
    for (size_t i = 0; i < counters->cell_count; i++) {
        os_mutex_destroy(&counters->cells[i].mutex);
    }
    os_mutex_destroy(&counters->mutex);
    free(counters->memory);
}

/* -- the ways to count: in two steps, and in one --------------------------------------------- */

/* Relaxed: only the word itself is shared, nothing is published by it. */
static int64_t
add_plainly(atomic_int_fast64_t *word, int64_t change)
{
    int64_t sum = atomic_load_explicit(word, memory_order_relaxed) + change;
    atomic_store_explicit(word, sum, memory_order_relaxed);
    return sum;
}

static int64_t
add_at_once(atomic_int_fast64_t *word, int64_t change)
{
    return atomic_fetch_add_explicit(word, change, memory_order_relaxed) + change;
}

/* -- with a mutex -------------------------------------------------------------------------- */

static int64_t
add_locked(os_mutex *mutex, atomic_int_fast64_t *word, int64_t change)
{
    os_mutex_lock(mutex);
    int64_t sum = add_plainly(word, change);
    os_mutex_unlock(mutex);
    return sum;
}

/* -- in each way --------------------------------------------------------------------------- */

/* Returns what the cell has then; of a biased one, what this thread's part has. */
static inline int64_t
add(struct counters *counters, struct cell *cell, int64_t change, bool is_owner)
{
    switch (counters->counting) {
    case COUNTING_ATOMIC:
        return add_at_once(&cell->count, change);
    case COUNTING_GLOBAL_MUTEX:
        return add_locked(&counters->mutex, &cell->count, change);
    case COUNTING_CELL_MUTEX:
        return add_locked(&cell->mutex, &cell->count, change);
    case COUNTING_BIASED:
        return is_owner ? add_plainly(&cell->owned, change) : add_at_once(&cell->count, change);
    default:
        return add_plainly(&cell->count, change);
    }
}

/* -- a counter ----------------------------------------------------------------------------- */

void
counters_add(struct counters *counters, uint64_t times, int64_t change, bool is_owner)
{
    size_t next = 0;
    for (uint64_t i = 0; i < times; i++) {
        add(counters, &counters->cells[next], change, is_owner);
        next = next + 1 < counters->cell_count ? next + 1 : 0;
    }
}

static int64_t
count_in(const struct cell *cell)
{
    return atomic_load_explicit(&cell->count, memory_order_relaxed) +
           atomic_load_explicit(&cell->owned, memory_order_relaxed);
}

int64_t
counters_total(const struct counters *counters)
{
    int64_t total = 0;
    for (size_t i = 0; i < counters->cell_count; i++) {
        total += count_in(&counters->cells[i]);
    }
    return total;
}

/* -- reference counts, as a model ------------------------------------------------------------ */

void
counters_init_references(struct counters *counters)
{
    for (size_t i = 0; i < counters->cell_count; i++) {
        add(counters, &counters->cells[i], 1, true);
    }
}

/* One object after the other, each many times in a row: threads that begin together then work on
   the same object. In turns they would fall into step, one behind the other, and hardly ever
   meet. */
uint64_t
counters_take_and_drop(struct counters *counters, uint64_t times, bool is_owner)
{
    uint64_t saw_zero = 0;
    bool is_biased = counters->counting == COUNTING_BIASED;
    for (size_t i = 0; i < counters->cell_count; i++) {
        struct cell *cell = &counters->cells[i];
        uint64_t share = times / counters->cell_count + (i < times % counters->cell_count);
        for (uint64_t done = 0; done < share; done++) {
            add(counters, cell, 1, is_owner);
            int64_t left = add(counters, cell, -1, is_owner);
            /* A part of a biased count may well be 0: only both together say anything. */
            saw_zero += !is_biased && left <= 0;
        }
    }
    return saw_zero;
}

struct reference_outcomes
counters_tally(const struct counters *counters)
{
    struct reference_outcomes outcomes = {0, 0, 0};
    for (size_t i = 0; i < counters->cell_count; i++) {
        int64_t count = count_in(&counters->cells[i]);
        outcomes.right += count == 1;
        outcomes.leaked += count > 1;
        outcomes.premature += count < 1;
    }
    return outcomes;
}
