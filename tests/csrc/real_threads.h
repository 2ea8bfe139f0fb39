/* Threads of which a test knows where they are: in a condition, running, reading from a pipe. */

#ifndef GILEXT_REAL_THREADS_H
#define GILEXT_REAL_THREADS_H

#include <stdatomic.h>
#include <stdint.h>

#include "os/os_threads.h"
#include "os/thread_futex.h"

#ifdef __linux__

struct real_threads {
    os_mutex mutex;
    os_condition condition; /* where the first waits */
    bool is_over;
    atomic_bool is_over_for_spinner;
    int pipe_ends[2];
    os_thread threads[3];
    atomic_uint_fast64_t waiting, spinning, reading; /* their native numbers */
};

/* Start all three; each is where it belongs when this returns. */
void real_threads_start(struct real_threads *threads);
void real_threads_stop(struct real_threads *threads);

/* Wait until a thread is so; returns the futex on which it is blocked, if it is. */
uintptr_t real_thread_await(atomic_uint_fast64_t *number, enum thread_block expected);

#endif

#endif
