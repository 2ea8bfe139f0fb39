/* Where a thread is blocked: on which futex, if on one. Linux's /proc tells that of one's own
   threads without any privilege, and of another process's with the right to trace it; elsewhere,
   and in sandboxes, it is unknown. */

#ifndef GILEXT_THREAD_FUTEX_H
#define GILEXT_THREAD_FUTEX_H

#include <stdbool.h>
#include <stdint.h>

enum thread_block {
    THREAD_BLOCK_UNKNOWN, /* the thread is gone, or the system doesn't tell */
    THREAD_RUNS,          /* or could, and waits for a core */
    THREAD_BLOCK_OTHER,   /* it is in another call of the system */
    THREAD_BLOCK_ON_FUTEX,
};

/* Whether threads can be asked for, by their native numbers: tries it with the calling one. */
bool thread_futex_is_known(void);

/* `address` gets that of the futex. Takes some 25 microseconds. */
enum thread_block thread_futex(uint64_t native_id, uintptr_t *address);

/* The same of a thread of another process, by its number here. */
enum thread_block thread_futex_of(int64_t process, uint64_t native_id, uintptr_t *address);

#endif
