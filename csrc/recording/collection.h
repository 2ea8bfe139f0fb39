/* Whether a thread runs the garbage collector: it says so itself, through gc.callbacks, and the
   sampling thread asks. No Python.h here.

   There is one collection at a time. Its thread writes; `sequence` is odd while it goes on, and is
   released after what it guards was written, and acquired before and after that is read. */

#ifndef GILEXT_COLLECTION_H
#define GILEXT_COLLECTION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "cpython/frame_state.h"
#include "cpython/gil_state.h"

struct collection {
    atomic_uint_fast64_t sequence;
    atomic_uintptr_t thread;
    atomic_uintptr_t frame; /* the innermost of its thread, as it began */
    atomic_int generation;
};

void collection_init(struct collection *collection);

/* In the thread that collects. */
void collection_begin(struct collection *collection, gil_holder thread, uintptr_t frame,
                      int generation);
void collection_end(struct collection *collection);

/* How many have ended. */
uint64_t collection_count(const struct collection *collection);

struct collection_seen {
    uint64_t sequence; /* 0: that thread doesn't collect */
    uintptr_t frame;
    int generation;
};

struct collection_seen collection_look(const struct collection *collection, gil_holder thread);

enum { COLLECTION_NAME_BYTES = 32 };

/* The frame that stands for it in a stack, where it began: below the finalizers that it calls. Its
   function is written to `name`. */
struct named_frame collection_frame(const struct collection_seen *seen,
                                    char name[COLLECTION_NAME_BYTES]);

/* Whether the collection that was seen has gone on ever since. */
bool collection_goes_on(const struct collection *collection, const struct collection_seen *seen);

#endif
