/* A thread waits for a core if it could run and its CPU time stands still; not if it sleeps. */

#include "check.h"
#include "os/core_wait.h"
#include "os/os_threads.h"

enum { MS = 1000000 };

static void
test_running_thread_awaits_no_core(void)
{
    struct core_wait wait;
    CHECK(core_wait_open(&wait));
    uint64_t earlier_ns = thread_clock_ns(&wait.clock);
    while (thread_clock_ns(&wait.clock) == earlier_ns) {
    }
    CHECK(!core_wait_is_waiting(&wait, earlier_ns, thread_clock_ns(&wait.clock)));
    core_wait_close(&wait);
}

#ifdef __linux__

struct sleeper {
    struct core_wait wait;
    os_mutex mutex;
    os_condition changed;
    bool is_ready, may_end;
};

static void
sleep_until_told(void *opaque_sleeper)
{
    struct sleeper *sleeper = opaque_sleeper;
    os_mutex_lock(&sleeper->mutex);
    CHECK(core_wait_open(&sleeper->wait));
    sleeper->is_ready = true;
    os_condition_broadcast(&sleeper->changed);
    while (!sleeper->may_end) {
        os_condition_wait_until(&sleeper->changed, &sleeper->mutex, OS_FOREVER);
    }
    os_mutex_unlock(&sleeper->mutex);
}

/* With the mutex held, the other thread is asleep or about to be. */
static void
test_sleeping_thread_awaits_no_core(void)
{
    struct sleeper sleeper = {.is_ready = false};
    os_thread thread;
    os_mutex_init(&sleeper.mutex);
    os_condition_init(&sleeper.changed);
    CHECK(os_thread_start(&thread, sleep_until_told, &sleeper));
    os_mutex_lock(&sleeper.mutex);
    while (!sleeper.is_ready) {
        os_condition_wait_until(&sleeper.changed, &sleeper.mutex, OS_FOREVER);
    }
    os_mutex_unlock(&sleeper.mutex);
    uint64_t cpu_ns = thread_clock_ns(&sleeper.wait.clock);
    /* In the end it sleeps, however long it takes to come to that. */
    while (core_wait_is_waiting(&sleeper.wait, cpu_ns, cpu_ns)) {
        os_sleep_ns(MS);
    }
    os_mutex_lock(&sleeper.mutex);
    sleeper.may_end = true;
    os_condition_broadcast(&sleeper.changed);
    os_mutex_unlock(&sleeper.mutex);
    os_thread_join(&thread);
    core_wait_close(&sleeper.wait);
    os_condition_destroy(&sleeper.changed);
    os_mutex_destroy(&sleeper.mutex);
}

/* The caller itself can run, so with its CPU time taken to stand still it "waits". */
static void
test_runnable_thread_whose_time_stands_still_awaits_one(void)
{
    struct core_wait wait;
    CHECK(core_wait_open(&wait));
    CHECK(wait.file >= 0);
    CHECK(core_wait_is_waiting(&wait, 5, 5));
    core_wait_close(&wait);
    CHECK(wait.file == -1);
    CHECK(!core_wait_is_waiting(&wait, 5, 5));
}

#endif

int
main(void)
{
    test_running_thread_awaits_no_core();
#ifdef __linux__
    test_sleeping_thread_awaits_no_core();
    test_runnable_thread_whose_time_stands_still_awaits_one();
#endif
    return 0;
}
