/* Two locks that two threads take in opposite orders, without Python.h: the deadlock that a mutex
   on every object invites, with a timeout that gets out of it. */

#ifndef GILEXT_LOCK_ORDER_H
#define GILEXT_LOCK_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "os/os_threads.h"

enum { LOCK_COUNT = 2 };

struct lock_pair {
    os_mutex mutex;
    os_condition changed;
    bool is_taken[LOCK_COUNT];
    uint32_t have_first; /* parties that have what the other one will want */
};

void lock_pair_init(struct lock_pair *pair);
void lock_pair_destroy(struct lock_pair *pair);

/* Take one lock, then the other; drop both. False when `timeout_ns` was over before both were
   taken. With `wait_until_both_hold_one`, wait in between until two parties have their first
   lock, and count the time from then: what happens now and then in a program happens each time. */
bool lock_pair_take_both(struct lock_pair *pair, uint32_t first, bool wait_until_both_hold_one,
                         uint64_t timeout_ns);

/* -- lock 0 and something else that only one party has, such as the GIL --------------------------
 */

/* Take lock 0, and wait until the other party is in lock_pair_take_first(). */
void lock_pair_hold_first(struct lock_pair *pair);
void lock_pair_drop_first(struct lock_pair *pair);

/* Wait until the other party holds lock 0. */
void lock_pair_await_holder(struct lock_pair *pair);

/* Take lock 0 and drop it. False when `timeout_ns` was over before it was free. */
bool lock_pair_take_first(struct lock_pair *pair, uint64_t timeout_ns);

#endif
