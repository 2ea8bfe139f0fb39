/* A native thread that requests the GIL now and then while one function is called again and
   again: it times how long it waits, and notes where in a call it was granted. Without a GIL it
   asks the world to stop.

   It has a thread state of its own. Like the call watch it lives on the heap, as the thread that
   makes the calls may never come back. */

#ifndef GILEXT_PY_PROBER_H
#define GILEXT_PY_PROBER_H

#include "checking/call_watch.h"
#include "checking/handovers.h"
#include "cpython/requester.h"

enum { MAX_STALLS = 4096 };

struct prober {
    struct looker looker;
    struct call_watch *borrowed_watch;
    struct requester requester;
    uint64_t interval_ns;

    /* The thread writes these with the GIL held, or while the world stands still. */
    bool has_no_memory;
    uint64_t requests;
    uint64_t longest_stall_ns;
    uint64_t stalls_ns[MAX_STALLS]; /* of the last requests */
    struct handovers handovers;
};

/* In the thread that makes the calls. NULL, with an exception set, if it can't be. */
struct prober *prober_start(struct call_watch *watch, uint64_t interval_ns,
                            struct own_requests *own);

/* Releases the GIL, for which the thread may be waiting. */
void prober_join(struct prober *prober);

/* A new dict of what it saw. */
PyObject *prober_results(const struct prober *prober);

#endif
