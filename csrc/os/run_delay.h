/* For how long a thread of this process could have run and had no core, as Linux counts it in
   /proc. Elsewhere, and in a kernel that doesn't count it, nobody is ever said to be delayed. */

#ifndef GILEXT_RUN_DELAY_H
#define GILEXT_RUN_DELAY_H

#include <stdint.h>

struct run_delay {
    int file; /* -1 if there is none */
};

/* `native_id`: threading.get_native_id(). */
void run_delay_open(struct run_delay *delay, uint64_t native_id);
void run_delay_close(struct run_delay *delay);

/* Since the thread was started; never less than `earlier_ns`, which is what it was before, and all
   that is known of a thread that has ended. */
uint64_t run_delay_ns(const struct run_delay *delay, uint64_t earlier_ns);

#endif
