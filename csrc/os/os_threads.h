/* A thread, a mutex and a condition, on POSIX and Windows: what C11's <threads.h> would give
   if every C library had it. Python authors know them as threading.Thread, Lock, Condition.

   Setting up or using a mutex or a condition fails only
   when the program is already broken, so those calls abort instead of returning an error that
   nobody could act on. Starting a thread does fail in sound programs, and says so. */

#ifndef GILEXT_OS_THREADS_H
#define GILEXT_OS_THREADS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "os/clock.h"

/* As a timeout: wait for as long as it takes. */
#define OS_FOREVER UINT64_MAX

typedef void (*os_thread_body)(void *argument);

static inline void
os_abort_unless(bool succeeded)
{
    if (!succeeded) {
        abort();
    }
}

#ifdef _WIN32

#include <process.h>

typedef SRWLOCK os_mutex;
typedef CONDITION_VARIABLE os_condition;
typedef struct {
    HANDLE handle;
    os_thread_body body;
    void *argument;
} os_thread;

static inline void
os_mutex_init(os_mutex *mutex)
{
    InitializeSRWLock(mutex);
}
static inline void
os_mutex_destroy(os_mutex *mutex)
{
    (void)mutex;
}
static inline void
os_mutex_lock(os_mutex *mutex)
{
    AcquireSRWLockExclusive(mutex);
}
static inline void
os_mutex_unlock(os_mutex *mutex)
{
    ReleaseSRWLockExclusive(mutex);
}
static inline void
os_condition_init(os_condition *condition)
{
    InitializeConditionVariable(condition);
}
static inline void
os_condition_destroy(os_condition *condition)
{
    (void)condition;
}
static inline void
os_condition_broadcast(os_condition *condition)
{
    WakeAllConditionVariable(condition);
}

/* Wait until woken or until the monotonic clock shows `deadline_ns`, whichever is first. */
static inline void
os_condition_wait_until(os_condition *condition, os_mutex *mutex, uint64_t deadline_ns)
{
    DWORD milliseconds = INFINITE;
    if (deadline_ns != OS_FOREVER) {
        uint64_t now = clock_monotonic_ns();
        uint64_t left = deadline_ns > now ? (deadline_ns - now + 999999) / 1000000 : 0;
        milliseconds = left < INFINITE ? (DWORD)left : INFINITE - 1;
    }
    SleepConditionVariableSRW(condition, mutex, milliseconds, 0);
}

static unsigned __stdcall
os_thread_enter(void *opaque_thread)
{
    os_thread *thread = opaque_thread;
    thread->body(thread->argument);
    return 0;
}

static inline bool
os_thread_start(os_thread *thread, os_thread_body body, void *argument)
{
    thread->body = body;
    thread->argument = argument;
    thread->handle = (HANDLE)_beginthreadex(NULL, 0, os_thread_enter, thread, 0, NULL);
    return thread->handle != NULL;
}

static inline void
os_thread_join(os_thread *thread)
{
    os_abort_unless(WaitForSingleObject(thread->handle, INFINITE) == WAIT_OBJECT_0);
    CloseHandle(thread->handle);
}

static inline void
os_request_low_latency(void)
{
}
static inline void
os_sleep_ns(uint64_t nanoseconds)
{
    Sleep((DWORD)(nanoseconds / 1000000));
}

#else

#include <pthread.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

typedef pthread_mutex_t os_mutex;
typedef pthread_cond_t os_condition;
typedef struct {
    pthread_t handle;
    os_thread_body body;
    void *argument;
} os_thread;

static inline void
os_mutex_init(os_mutex *mutex)
{
    os_abort_unless(pthread_mutex_init(mutex, NULL) == 0);
}

static inline void
os_mutex_destroy(os_mutex *mutex)
{
    os_abort_unless(pthread_mutex_destroy(mutex) == 0);
}

static inline void
os_mutex_lock(os_mutex *mutex)
{
    os_abort_unless(pthread_mutex_lock(mutex) == 0);
}

static inline void
os_mutex_unlock(os_mutex *mutex)
{
    os_abort_unless(pthread_mutex_unlock(mutex) == 0);
}

static inline void
os_condition_init(os_condition *condition)
{
#ifdef __APPLE__
    os_abort_unless(pthread_cond_init(condition, NULL) == 0);
#else
    /* The default clock of a condition is the wall clock, which an administrator may set. */
    pthread_condattr_t attributes;
    os_abort_unless(pthread_condattr_init(&attributes) == 0);
    os_abort_unless(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    os_abort_unless(pthread_cond_init(condition, &attributes) == 0);
    os_abort_unless(pthread_condattr_destroy(&attributes) == 0);
#endif
}

static inline void
os_condition_destroy(os_condition *condition)
{
    os_abort_unless(pthread_cond_destroy(condition) == 0);
}

static inline void
os_condition_broadcast(os_condition *condition)
{
    os_abort_unless(pthread_cond_broadcast(condition) == 0);
}

static inline struct timespec
os_timespec(uint64_t nanoseconds)
{
    return (struct timespec){
        .tv_sec = (time_t)(nanoseconds / NS_PER_SECOND),
        .tv_nsec = (long)(nanoseconds % NS_PER_SECOND),
    };
}

/* Wait until woken or until the monotonic clock shows `deadline_ns`, whichever is first. */
static inline void
os_condition_wait_until(os_condition *condition, os_mutex *mutex, uint64_t deadline_ns)
{
    if (deadline_ns == OS_FOREVER) {
        os_abort_unless(pthread_cond_wait(condition, mutex) == 0);
        return;
    }
#ifdef __APPLE__
    uint64_t now = clock_monotonic_ns();
    struct timespec left = os_timespec(deadline_ns > now ? deadline_ns - now : 0);
    pthread_cond_timedwait_relative_np(condition, mutex, &left);
#else
    struct timespec deadline = os_timespec(deadline_ns);
    pthread_cond_timedwait(condition, mutex, &deadline);
#endif
}

static inline void *
os_thread_enter(void *opaque_thread)
{
    os_thread *thread = opaque_thread;
    thread->body(thread->argument);
    return NULL;
}

static inline bool
os_thread_start(os_thread *thread, os_thread_body body, void *argument)
{
    thread->body = body;
    thread->argument = argument;
    return pthread_create(&thread->handle, NULL, os_thread_enter, thread) == 0;
}

static inline void
os_thread_join(os_thread *thread)
{
    os_abort_unless(pthread_join(thread->handle, NULL) == 0);
}

/* Linux wakes a sleeping thread up to 50 microseconds late, unless it asks otherwise; and where
   all cores are busy, a thread that asks for short turns has them sooner (since 6.12, where it
   needs no privilege; elsewhere nothing comes of it). */
static inline void
os_request_low_latency(void)
{
#ifdef __linux__
    prctl(PR_SET_TIMERSLACK, 1UL);
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime_ns, deadline_ns, period_ns;
    } turns = {.size = sizeof turns};
    if (syscall(SYS_sched_getattr, 0, &turns, sizeof turns, 0) == 0) {
        turns.runtime_ns = 100000;
        syscall(SYS_sched_setattr, 0, &turns, 0);
    }
#endif
}

static inline void
os_sleep_ns(uint64_t nanoseconds)
{
    struct timespec pause = os_timespec(nanoseconds);
    nanosleep(&pause, NULL);
}

#endif

#endif
