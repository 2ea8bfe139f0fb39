/* Waiters of a condition are counted where the C library counts them, and unknown elsewhere. */

#include "check.h"
#include "os/condition_waiters.h"
#include "os/os_threads.h"

enum { THREADS = 5 };

static os_mutex mutex;
static os_condition condition, arrived;
static uint32_t waiting;
static bool is_over;

static void
wait_in_line(void *unused)
{
    (void)unused;
    os_mutex_lock(&mutex);
    waiting++;
    os_condition_broadcast(&arrived);
    while (!is_over) {
        os_condition_wait_until(&condition, &mutex, OS_FOREVER);
    }
    os_mutex_unlock(&mutex);
}

static void
each_waiter_counts_until_it_is_woken(void)
{
    os_thread threads[THREADS];
    os_mutex_init(&mutex);
    os_condition_init(&condition);
    os_condition_init(&arrived);
    for (uint32_t i = 0; i < THREADS; i++) {
        CHECK(os_thread_start(&threads[i], wait_in_line, NULL));
        os_mutex_lock(&mutex);
        while (waiting < i + 1) {
            os_condition_wait_until(&arrived, &mutex, OS_FOREVER);
        }
        CHECK(condition_waiters(&condition) == i + 1);
        os_mutex_unlock(&mutex);
    }
    os_mutex_lock(&mutex);
    is_over = true;
    os_condition_broadcast(&condition);
    os_mutex_unlock(&mutex);
    for (uint32_t i = 0; i < THREADS; i++) {
        os_thread_join(&threads[i]);
    }
    CHECK(condition_waiters(&condition) == 0);
}

static bool is_locked_here;

static void
lock_it_once(void *unused)
{
    (void)unused;
    os_mutex_lock(&mutex);
    is_locked_here = true;
    os_mutex_unlock(&mutex);
}

static void
a_mutex_is_contended_while_a_thread_waits_for_it(void)
{
    os_thread thread;
    os_mutex_init(&mutex);
    CHECK(!mutex_is_contended(&mutex));
    os_mutex_lock(&mutex);
    CHECK(!mutex_is_contended(&mutex));
    CHECK(os_thread_start(&thread, lock_it_once, NULL));
    while (!mutex_is_contended(&mutex)) {
        os_sleep_ns(10000);
    }
    CHECK(!is_locked_here);
    os_mutex_unlock(&mutex);
    os_thread_join(&thread);
    CHECK(is_locked_here && !mutex_is_contended(&mutex));
}

int
main(void)
{
#ifdef __GLIBC__
    CHECK(condition_waiters_are_known());
#endif
    if (condition_waiters_are_known()) {
        each_waiter_counts_until_it_is_woken();
        a_mutex_is_contended_while_a_thread_waits_for_it();
    }
    return 0;
}
