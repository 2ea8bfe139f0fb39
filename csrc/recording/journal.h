/* What a recorder was before a sample that is being written. If its process is killed in the middle
   of one, who reads the recording from its file takes the sample back, and nothing of it counts
   twice. A Python author would call it a transaction. No Python.h here. */

#ifndef GILEXT_JOURNAL_H
#define GILEXT_JOURNAL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "recording/recorder.h"

enum { JOURNAL_BYTES = offsetof(struct recorder, holders) };

struct journal {
    /* Odd while a sample is being written. A process that is killed leaves what it has stored, in
       the order of its instructions: fences for the compiler are enough. A reader in another
       process that finds the same even number before and after has read no half of a sample. */
    atomic_uint_fast64_t sequence;
    _Alignas(uint64_t) char recorder[JOURNAL_BYTES];
    struct holder_total holder; /* the last sample's */
};

/* Under the mutex that guards the recorder. */
void journal_begin(struct journal *journal, const struct recorder *recorder);
void journal_end(struct journal *journal);

/* In a copy: take back the sample that was being written. False if there was none. */
bool journal_take_back(const struct journal *journal, struct recorder *recorder);

#endif
