#include "os/os_process.h"

#ifdef _WIN32

#include <windows.h>

int64_t
this_process(void)
{
    return GetCurrentProcessId();
}

uint64_t
involuntary_context_switches(void)
{
    return 0;
}

void
os_block_signals(void)
{
}

#else

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

int64_t
this_process(void)
{
    return getpid();
}

uint64_t
involuntary_context_switches(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_nivcsw : 0;
}

void
os_block_signals(void)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
}

#endif
