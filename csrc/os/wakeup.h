/* What wakes a thread from within a signal handler. A Python author would call it
   signal.set_wakeup_fd(), without a descriptor that the program could close. */

#ifndef GILEXT_WAKEUP_H
#define GILEXT_WAKEUP_H

#include "os/os_threads.h"

#if defined(_WIN32) || defined(__APPLE__)

/* There is no semaphore here that a signal handler may post. */
#include <stdatomic.h>

typedef atomic_bool os_wakeup;

static inline void
os_wakeup_init(os_wakeup *wakeup)
{
    atomic_init(wakeup, false);
}

static inline void
os_wakeup_post(os_wakeup *wakeup)
{
    atomic_store_explicit(wakeup, true, memory_order_release);
}

static inline void
os_wakeup_wait(os_wakeup *wakeup)
{
    while (!atomic_exchange_explicit(wakeup, false, memory_order_acquire)) {
        os_sleep_ns(NS_PER_SECOND / 100);
    }
}

#else

#include <semaphore.h>

typedef sem_t os_wakeup;

static inline void
os_wakeup_init(os_wakeup *wakeup)
{
    os_abort_unless(sem_init(wakeup, 0, 0) == 0);
}

/* From a signal handler, too. */
static inline void
os_wakeup_post(os_wakeup *wakeup)
{
    sem_post(wakeup);
}

static inline void
os_wakeup_wait(os_wakeup *wakeup)
{
    while (sem_wait(wakeup) != 0) {
    }
}

#endif

#endif
