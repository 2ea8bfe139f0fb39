/* Who holds the GIL: from the address of a thread state to a thread, and to its slot in the
   recorder. No Python.h here; what is known of the GIL comes through gil_state.h.

   A hash table leads from addresses to slots, so that finding one costs the same however many
   threads there were. Its room is fixed: when all slots are taken, half of the threads make room,
   first those whose thread states are known to have ended, then those that held the GIL and waited
   for it least. */

#ifndef GILEXT_HOLDERS_H
#define GILEXT_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpython/gil_state.h"
#include "recording/recorder.h"

/* A thread that was seen holding the GIL. The address of its thread state may be used again once
   it has ended, so an entry found by its address is trusted only while no thread state has been
   made since. */
struct sighted_thread {
    gil_holder holder;
    uint64_t generation;
    bool is_identified;
    bool has_ended; /* its address has become another thread's */
    struct gil_thread thread;
};

enum { HOLDERS_TABLE_SIZE = 2 * RECORDER_MAX_HOLDERS };

struct holders {
    struct sighted_thread threads[RECORDER_MAX_HOLDERS]; /* by the recorder's slots */
    int16_t table[HOLDERS_TABLE_SIZE];                   /* slots by hash, or -1 */
    int16_t free_slots[RECORDER_MAX_HOLDERS];            /* a stack */
    size_t free_count;
    uint64_t probes; /* of the table, so far: what finding one costs */
};

void holders_init(struct holders *holders);

/* The slot of a holder; RECORDER_NOBODY for nobody. */
int32_t holders_find(struct holders *holders, struct recorder *recorder, const struct gil *gil,
                     gil_holder holder);

/* The slot of a thread that was found in the list of thread states, which says who it is; the
   generation is that from before. */
int32_t holders_place(struct holders *holders, struct recorder *recorder,
                      const struct thread_state *found, uint64_t generation);

#endif
