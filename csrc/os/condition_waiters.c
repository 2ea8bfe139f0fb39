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

enum { WAITERS = 2 };

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

bool
condition_waiters_are_known(void)
{
    struct trial trial = {.is_over = false};
    os_thread threads[WAITERS];
    uint32_t started = 0;
    os_mutex_init(&trial.mutex);
    os_condition_init(&trial.everybody_waits);
    os_condition_init(&trial.is_over_changed);
    bool is_known = condition_waiters(&trial.is_over_changed) == 0;
    while (started < WAITERS && os_thread_start(&threads[started], wait_until_over, &trial)) {
        started++;
        is_known = is_counted_up_to(&trial, started) && is_known;
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
condition_waiters_are_known(void)
{
    return false;
}

#endif
