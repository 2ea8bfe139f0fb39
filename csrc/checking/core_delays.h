/* When the threads that hold the GIL have no core: what that adds to a hold is the machine's doing,
   and not the program's. */

#ifndef GILEXT_CORE_DELAYS_H
#define GILEXT_CORE_DELAYS_H

#include <stddef.h>
#include <stdint.h>

#include "cpython/gil_state.h"
#include "os/run_delay.h"

enum { MAX_FOLLOWED = 8 };

/* For how long, at some time in a span, a thread had no core. */
struct core_delay {
    uint64_t start_ns, end_ns;
    uint64_t delay_ns;
};

struct followed_thread {
    uint64_t native_id; /* 0: none */
    struct run_delay delay;
    uint64_t read_ns;  /* when it was read last */
    uint64_t delay_ns; /* what it was then */
};

struct core_delays {
    gil_holder holder;
    uint64_t generation; /* in which the holder was identified */
    size_t current, count;
    struct followed_thread threads[MAX_FOLLOWED];

    struct core_delay *items;
    size_t item_count, item_room;
};

/* Zeros are one that has seen nothing. `holder`: by a sample that was taken now; 0 for nobody. */
void core_delays_note(struct core_delays *delays, const struct gil *gil, gil_holder holder,
                      uint64_t now_ns);
void core_delays_free(struct core_delays *delays);

#endif
