/* What threads of gilext's own ask of the interpreter, so that none of it counts as the program's.
   No Python.h here. */

#ifndef GILEXT_OWN_REQUESTS_H
#define GILEXT_OWN_REQUESTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpython/thread_states.h"

enum { MAX_OWN_STATES = 8 };

/* Relaxed, all of it: nothing else is read with it. */
struct own_requests {
    atomic_int_fast64_t process;             /* in which these threads are */
    atomic_uint waiting;                     /* for the GIL, so many of them */
    atomic_uintptr_t states[MAX_OWN_STATES]; /* their thread states; 0: free */
};

/* A forked child has none of its parent's threads, and may have others where their states were. Not
   while another thread does the same. */
static inline void
own_requests_are_of(struct own_requests *own, int64_t process)
{
    if (atomic_load_explicit(&own->process, memory_order_relaxed) != process) {
        atomic_store_explicit(&own->waiting, 0, memory_order_relaxed);
        for (size_t i = 0; i < MAX_OWN_STATES; i++) {
            atomic_store_explicit(&own->states[i], 0, memory_order_relaxed);
        }
        atomic_store_explicit(&own->process, process, memory_order_relaxed);
    }
}

/* Put `now` in a place of `before`. Of more than there is room for, nothing is known. */
static inline void
own_requests_replace(struct own_requests *own, gil_holder before, gil_holder now)
{
    for (size_t i = 0; i < MAX_OWN_STATES; i++) {
        gil_holder found = before;
        if (atomic_compare_exchange_strong_explicit(&own->states[i], &found, now,
                                                    memory_order_relaxed, memory_order_relaxed)) {
            return;
        }
    }
}

static inline bool
own_requests_has(const struct own_requests *own, gil_holder state)
{
    for (size_t i = 0; own != NULL && i < MAX_OWN_STATES; i++) {
        if (atomic_load_explicit(&own->states[i], memory_order_relaxed) == state) {
            return state != 0;
        }
    }
    return false;
}

#endif
