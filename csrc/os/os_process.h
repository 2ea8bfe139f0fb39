/* What a sampling thread asks of the process that it lives in, on POSIX and Windows. */

#ifndef GILEXT_OS_PROCESS_H
#define GILEXT_OS_PROCESS_H

#include <stdint.h>

int64_t this_process(void);

/* How often a thread of this process had to leave its core to another thread; 0 on Windows, which
   doesn't count them. */
uint64_t involuntary_context_switches(void);

#ifdef _WIN32
static inline void os_block_signals(void) {}
#else
#include <pthread.h>
#include <signal.h>

static inline void
os_block_signals(void)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
}
#endif

#endif
