/* Counters that several threads count up at once, and a model of reference counts, without
   Python.h. What goes wrong here goes wrong by defined behaviour: every shared word is an atomic,
   and a count that is "plain" is loaded and stored in two steps of the weakest order. */

#ifndef GILEXT_COUNTERS_H
#define GILEXT_COUNTERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/os_threads.h"

enum counting {
    COUNTING_PLAIN,        /* load, add, store: two threads may load the same */
    COUNTING_ATOMIC,       /* one step */
    COUNTING_GLOBAL_MUTEX, /* one mutex for all cells */
    COUNTING_CELL_MUTEX,   /* a mutex per cell */
    COUNTING_BIASED,       /* the owner's own count is plain, the others' is atomic: PEP 703 */
};

/* One counter. On a cache line of its own, so that cells don't slow each other down. */
struct cell {
    _Alignas(64) atomic_int_fast64_t count; /* of all, or of those that aren't the owner */
    atomic_int_fast64_t owned;              /* of the owner alone, when biased */
    os_mutex mutex;
};

struct counters {
    enum counting counting;
    os_mutex mutex;
    struct cell *cells;
    size_t cell_count;
    void *memory;
};

/* False when there is no memory; to be destroyed all the same. */
bool counters_init(struct counters *counters, enum counting counting, size_t cell_count);
void counters_destroy(struct counters *counters);

/* Add a change `times` times, to the cells in turn; of a biased counter, one thread may be the
   owner. */
void counters_add(struct counters *counters, uint64_t times, int64_t change, bool is_owner);

/* What all cells have counted, once no thread counts any longer. */
int64_t counters_total(const struct counters *counters);

/* -- reference counts, as a model ------------------------------------------------------------ */

/* Cells that stand for objects: each begins with one reference, that the caller holds. */
void counters_init_references(struct counters *counters);

/* Take and drop a reference `times` times in all, to one object after the other. Returns how often
   this thread saw an object fall to no reference: it would have been freed, while the caller still
   holds one. */
uint64_t counters_take_and_drop(struct counters *counters, uint64_t times, bool is_owner);

struct reference_outcomes {
    size_t right;
    size_t leaked;    /* there are references that no thread holds */
    size_t premature; /* the count is below what is held: it was freed, or soon will be */
};

/* Compare each object's count with the one reference that is held. */
struct reference_outcomes counters_tally(const struct counters *counters);

#endif
