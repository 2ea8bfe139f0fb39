/* Which thread runs Python's signal handlers: CPython keeps it privately. */

#ifndef GILEXT_SIGNALS_H
#define GILEXT_SIGNALS_H

#include <stdint.h>

/* A signal handler may run this much after its signal, and nobody notices. */
static const uint64_t MAX_SIGNAL_DELAY_NS = 20000000;

/* How long the calling thread, which is attached, may wait detached before PyErr_CheckSignals()
   could have something to do: `nanoseconds` in the thread that runs signal handlers, else for
   ever. On an interpreter that isn't known, any thread may be that one. */
uint64_t signals_span_ns(uint64_t nanoseconds);

#endif
