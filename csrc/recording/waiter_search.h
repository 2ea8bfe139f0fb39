/* Which threads wait for the GIL at this moment, found by asking for each where it is blocked. No
   Python.h here; what is known of the GIL comes through gil_state.h.

   Asking takes some 25 microseconds a thread. So those that waited last are asked first, the search
   is over when as many were found as wait, and it asks no more than MAX_ASKED in one go: the next
   begins with the others.

   A thread that is found waited when it was asked. One that was woken and has no core yet isn't
   blocked. But if all others are, elsewhere or here, and as many are left as wait, it must be one
   of those: if nobody has come or gone by then, which is for the caller to see. */

#ifndef GILEXT_WAITER_SEARCH_H
#define GILEXT_WAITER_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "cpython/gil_state.h"
#include "cpython/own_requests.h"

enum {
    MAX_FOUND = 64, /* waiters that are named one by one */
    MAX_ASKED = 256,
    MAX_CANDIDATES = 1024,
};

enum waiter_source { WAITERS_NAMELESS, WAITERS_BY_FUTEX, WAITERS_BY_REQUEST };

struct thread_list {
    struct thread_state items[MAX_FOUND];
    size_t count;
};

struct waiter_search {
    enum waiter_source source;
    const struct own_requests *own; /* whose threads are never found; NULL: any may be */
    struct thread_state candidates[MAX_CANDIDATES];
    size_t count;
    size_t next; /* of those that didn't wait last, the one to begin with */
    struct thread_list found;
    struct thread_list running;
    size_t certain; /* so many of `found` were seen to wait; the others are left over */
};

/* Which source this system has: tries it with the calling thread. */
enum waiter_source waiter_search_source(void);

/* Look for up to `wanted` threads, of which the holder is none; `found` has what came of it. */
void waiter_search_run(struct waiter_search *search, const struct gil *gil, gil_holder holder,
                       size_t wanted);

#endif
