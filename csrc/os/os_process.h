/* What a sampling thread asks of the process that it lives in, on POSIX and Windows. */

#ifndef GILEXT_OS_PROCESS_H
#define GILEXT_OS_PROCESS_H

#include <stdint.h>

#ifdef _WIN32

#include <windows.h>

static inline int64_t this_process(void) { return GetCurrentProcessId(); }
static inline void os_block_signals(void) {}
static inline uint64_t involuntary_context_switches(void) { return 0; }

#else

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

static inline int64_t
this_process(void)
{
    return getpid();
}

/* A signal to the process goes to any thread that doesn't block it; this one isn't the
   program's. */
static inline void
os_block_signals(void)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
}

/* How often a thread of this process had to leave its core to another thread. */
static inline uint64_t
involuntary_context_switches(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_nivcsw : 0;
}

#endif

#endif
