/* The Python stacks of threads that are attached, while there is no GIL: each stands for the time
   that its thread was attached since its last one. stacks.h has the same of what holds the GIL, and
   the budget. No Python.h here. */

#ifndef GILEXT_ATTACHED_STACKS_H
#define GILEXT_ATTACHED_STACKS_H

#include "recording/stacks.h"

enum { MAX_ATTACHED_MOMENTS = 256 };

struct attached_moment {
    gil_holder thread;
    int32_t slot, number; /* in the recorder */
    uint64_t attached_ns; /* so far */
};

/* What a sample saw of the threads that were attached. */
struct attached_moments {
    uint64_t now_ns;
    bool all_cores_busy;
    size_t attached; /* all of them; here are `count` */
    size_t count;
    struct attached_moment threads[MAX_ATTACHED_MOMENTS];
};

/* Take the stacks that are due, a few at most: the others are due at the next sample. */
void attached_stacks_look(struct stacks *stacks, const struct attached_moments *moments);

#endif
