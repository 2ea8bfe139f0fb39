/* What the sampler needs of processes and signals. On Windows there are no such signals, and so
   no stacks: send_signal() says that it failed. */

#ifndef GILEXT_SIGNALS_H
#define GILEXT_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

#include "gil_state.h"

#ifdef _WIN32

#include <windows.h>

static inline int64_t this_process(void) { return GetCurrentProcessId(); }
static inline void keep_signals_away_from_this_thread(void) {}
static inline uint64_t file_size(int file) { (void)file; return 0; }

static inline bool
send_signal(const struct gil_thread *thread, int number)
{
    (void)thread;
    (void)number;
    return false;
}

static inline bool ignore_unused_signal(int number) { (void)number; return false; }
static inline void restore_default_action(int number) { (void)number; }

#else

#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

static inline int64_t
this_process(void)
{
    return getpid();
}

/* A signal to the process goes to any thread that doesn't block it; this one isn't the
   program's. */
static inline void
keep_signals_away_from_this_thread(void)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
}

static inline uint64_t
file_size(int file)
{
    struct stat status;
    return fstat(file, &status) == 0 ? (uint64_t)status.st_size : 0;
}

static inline bool
ignore_unused_signal(int number)
{
    struct sigaction action;
    if (sigaction(number, NULL, &action) != 0 || (action.sa_flags & SA_SIGINFO) != 0 ||
        action.sa_handler != SIG_DFL) {
        return false;
    }
    action.sa_handler = SIG_IGN;
    return sigaction(number, &action, NULL) == 0;
}

static inline void
restore_default_action(int number)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

/* False when the thread is gone. Linux can tell by its number; elsewhere a thread that ends in
   this very moment is a chance that pthread_kill() takes. */
static inline bool
send_signal(const struct gil_thread *thread, int number)
{
#ifdef __linux__
    return syscall(SYS_tgkill, (long)getpid(), (long)thread->native_id, number) == 0;
#else
    return pthread_kill((pthread_t)thread->ident, number) == 0;
#endif
}

#endif

#endif
