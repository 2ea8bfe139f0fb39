/* What a sample makes of a world without a GIL: which threads are attached, and whether one of them
   asks for the world to stop. No Python.h here. */

#ifndef GILEXT_SAMPLE_WORLD_H
#define GILEXT_SAMPLE_WORLD_H

#include "recording/attached_stacks.h"
#include "recording/sampler.h"

enum { MAX_WANTED = 2, MAX_FRESH = 8 };

/* A pause that goes on, and of which threads a stack is wanted for it. */
struct pause_moment {
    uint64_t seen; /* its number; 0: there is none */
    struct world_sample world;
    int32_t asker; /* whose stack is wanted; RECORDER_NOBODY: nobody's */
    size_t wanted_count;
    struct attached_moment wanted[MAX_WANTED]; /* of those that were attached still */
};

struct world_moment {
    struct attached_moments attached; /* none with a GIL */
    struct pause_moment pause;
    size_t fresh_count;
    struct active_thread_id fresh[MAX_FRESH];
};

/* Under the sampler's mutex. */
void sample_world(struct sampler *sampler, struct world_moment *moment);

/* After that, without it. */
void look_at_world(struct sampler *sampler, const struct world_moment *moment);

/* In the sampling thread, so that what attached threads do is known from now on. */
void see_attached(struct sampler *sampler, const struct world_moment *moment);

#endif
