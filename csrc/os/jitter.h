/* The jitter of the sampling threads: xorshift64 (Marsaglia, 2003). */

#ifndef GILEXT_OS_JITTER_H
#define GILEXT_OS_JITTER_H

#include <stdint.h>

/* Uniform between a half and one and a half of `mean_ns`: a fixed pause would fall into step
   with a periodic program. `*state` is never 0. */
static inline uint64_t
jittered_ns(uint64_t mean_ns, uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return mean_ns / 2 + *state % (mean_ns + 1);
}

#endif
