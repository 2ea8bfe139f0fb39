#include "recording/journal.h"

#include <string.h>

static void
count_up(struct journal *journal)
{
    uint64_t sequence = atomic_load_explicit(&journal->sequence, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&journal->sequence, sequence + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
}

void
journal_begin(struct journal *journal, const struct recorder *recorder)
{
    int32_t slot = recorder->last.holder;
    memcpy(journal->recorder, recorder, JOURNAL_BYTES);
    if (slot != RECORDER_NOBODY) {
        journal->holder = recorder->holders[slot];
    }
    count_up(journal);
}

void
journal_end(struct journal *journal)
{
    count_up(journal);
}

bool
journal_take_back(const struct journal *journal, struct recorder *recorder)
{
    if (atomic_load_explicit(&journal->sequence, memory_order_relaxed) % 2 == 0) {
        return false;
    }
    memcpy((void *)recorder, journal->recorder, JOURNAL_BYTES);
    int32_t slot = recorder->last.holder;
    if (slot >= 0 && slot < RECORDER_MAX_HOLDERS) {
        recorder->holders[slot] = journal->holder;
    }
    return true;
}
