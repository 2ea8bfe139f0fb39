#include "os/condition_waiters.h"

#include "os/os_threads.h"

#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 25)

/* The lowest three bits of __wrefs are flags; each waiter adds 8 (glibc's nptl/pthread_cond_wait.c,
   "__wrefs is a bit field"). */
uint32_t
condition_waiters(const void *condition)
{
    const pthread_cond_t *glibc_condition = condition;
    return __atomic_load_n(&glibc_condition->__data.__wrefs, __ATOMIC_RELAXED) >> 3;
}

/* There are two groups of waiters, and each has such a word. */
bool
condition_is_waited_at(const void *condition, uintptr_t address)
{
    const pthread_cond_t *glibc_condition = condition;
    return address == (uintptr_t)&glibc_condition->__data.__g_signals[0] ||
           address == (uintptr_t)&glibc_condition->__data.__g_signals[1];
}

/* 0 is free, 1 locked, 2 locked and perhaps waited for (glibc's sysdeps/nptl/lowlevellock.h). */
bool
mutex_is_contended(const void *mutex)
{
    const pthread_mutex_t *glibc_mutex = mutex;
    return __atomic_load_n(&glibc_mutex->__data.__lock, __ATOMIC_RELAXED) == 2;
}

enum { WAITERS = 2, MAX_CHECKS = 20000, CHECK_PAUSE_NS = 50000 };

struct trial {
    os_mutex mutex;
    os_condition everybody_waits;
    os_condition is_over_changed;
    uint32_t waiting;
    bool is_over;
};

static void
wait_until_over(void *opaque_trial)
{
    struct trial *trial = opaque_trial;
    os_mutex_lock(&trial->mutex);
    /* One waits with a deadline, as those who want the GIL do, the other without. */
    uint64_t deadline_ns =
        trial->waiting++ == 0 ? OS_FOREVER : clock_monotonic_ns() + 60 * NS_PER_SECOND;
    os_condition_broadcast(&trial->everybody_waits);
    while (!trial->is_over) {
        os_condition_wait_until(&trial->is_over_changed, &trial->mutex, deadline_ns);
    }
    os_mutex_unlock(&trial->mutex);
}

/* A thread that counted itself as waiting gives the mutex away only inside the wait: so the thread
   that has the mutex next knows how many wait. */
static bool
is_counted_up_to(struct trial *trial, uint32_t waiters)
{
    os_mutex_lock(&trial->mutex);
    while (trial->waiting < waiters) {
        os_condition_wait_until(&trial->everybody_waits, &trial->mutex, OS_FOREVER);
    }
    bool is_counted = condition_waiters(&trial->is_over_changed) == waiters;
    os_mutex_unlock(&trial->mutex);
    return is_counted;
}

/* Start a thread that can't have the mutex. */
static bool
start_contended(struct trial *trial, os_thread *thread, bool *is_seen)
{
    os_mutex_lock(&trial->mutex);
    *is_seen = !mutex_is_contended(&trial->mutex);
    bool is_started = os_thread_start(thread, wait_until_over, trial);
    int checks = 0;
    while (is_started && !mutex_is_contended(&trial->mutex) && ++checks < MAX_CHECKS) {
        os_sleep_ns(CHECK_PAUSE_NS);
    }
    *is_seen = *is_seen && mutex_is_contended(&trial->mutex);
    os_mutex_unlock(&trial->mutex);
    return is_started;
}

bool
condition_waiters_are_known(void)
{
    struct trial trial = {.is_over = false};
    os_thread threads[WAITERS];
    uint32_t started = 0;
    bool is_seen = false;
    os_mutex_init(&trial.mutex);
    os_condition_init(&trial.everybody_waits);
    os_condition_init(&trial.is_over_changed);
    bool is_known = condition_waiters(&trial.is_over_changed) == 0;
    while (started < WAITERS && start_contended(&trial, &threads[started], &is_seen)) {
        started++;
        is_known = is_counted_up_to(&trial, started) && is_seen && is_known;
    }
    os_mutex_lock(&trial.mutex);
    trial.is_over = true;
    os_condition_broadcast(&trial.is_over_changed);
    os_mutex_unlock(&trial.mutex);
    for (uint32_t i = 0; i < started; i++) {
        os_thread_join(&threads[i]);
    }
    is_known = is_known && started == WAITERS && condition_waiters(&trial.is_over_changed) == 0;
    os_condition_destroy(&trial.is_over_changed);
    os_condition_destroy(&trial.everybody_waits);
    os_mutex_destroy(&trial.mutex);
    return is_known;
}

#else

uint32_t
condition_waiters(const void *condition)
{
    (void)condition;
    return 0;
}

bool
condition_is_waited_at(const void *condition, uintptr_t address)
{
    (void)condition;
    (void)address;
    return false;
}

bool
mutex_is_contended(const void *mutex)
{
    (void)mutex;
    return false;
}

bool
condition_waiters_are_known(void)
{
    return false;
}

#endif
