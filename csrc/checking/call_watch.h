/* Who holds the GIL inside the calls of one function, without Python.h: a thread looks at random
   moments, and counts those that fall into a call. */

#ifndef GILEXT_CALL_WATCH_H
#define GILEXT_CALL_WATCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "cpython/gil_state.h"
#include "os/oversleep.h"
#include "os/os_threads.h"

struct call_watch {
    struct gil gil;
    gil_holder caller;
    uint64_t interval_ns;

    /* Odd inside a call, even between two: the caller counts up at both ends of each. */
    atomic_uint_fast64_t turn;
    atomic_bool is_stopping;
    os_thread thread;
    struct oversleep oversleep;
    uint64_t random;

    uint64_t looks;      /* that fell into a call */
    uint64_t looks_held; /* and found the caller holding the GIL */
    uint64_t longest_hold_ns;
    uint64_t hold_turn; /* the call that the present run of held looks is in */
    uint64_t hold_switches;
    uint64_t hold_first_ns;
};

bool call_watch_start(struct call_watch *watch, const struct gil *gil, gil_holder caller,
                      uint64_t interval_ns);
void call_watch_stop(struct call_watch *watch);

static inline void
call_watch_enter_or_leave(struct call_watch *watch)
{
    /* Ordered before and after all of the call, as the looking thread must not see a hold that
       belongs to one side while it reads the other side's turn. */
    atomic_fetch_add_explicit(&watch->turn, 1, memory_order_seq_cst);
}

static inline bool
is_inside(uint64_t turn)
{
    return turn % 2 == 1;
}

#endif
