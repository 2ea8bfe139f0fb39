/* Pauses that fall into step with nothing: a fixed one could, with a periodic program.

   A Python author would call it random.uniform(0.5, 1.5) * mean. */

#ifndef GILEXT_JITTER_H
#define GILEXT_JITTER_H

#include <stdint.h>

/* Uniform between a half and one and a half of `mean_ns`. `random` is the caller's own state, never
   0. xorshift64 (Marsaglia, 2003). */
static inline uint64_t
jitter(uint64_t *random, uint64_t mean_ns)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return mean_ns / 2 + *random % (mean_ns + 1);
}

#endif
