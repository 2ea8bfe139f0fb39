/* Loops that watch the clock, without Python.h. In Python: gilext.hold_for, release_for and
   spin_interruptible.

   Both read the monotonic clock and not the thread's CPU clock: what a hold costs the other
   threads is wall time, also when the holder loses its core in between; and reading the CPU
   clock is a system call, ten times as long. */

#ifndef GILEXT_TIMED_LOOPS_H
#define GILEXT_TIMED_LOOPS_H

#include <stdint.h>

/* Keep the core busy for `nanoseconds`; return the nanoseconds that it really took. */
uint64_t timed_burn(uint64_t nanoseconds);

/* Advance the chain at `*chain` as gilext_spin() does, until `iterations` are done or
   `nanoseconds` have passed, to within a fraction of a millisecond. Return the iterations done. */
uint64_t timed_spin(uint64_t *chain, uint64_t iterations, uint64_t nanoseconds);

#endif
