/* Where a thread is blocked, and whether that is a condition's place. */

#include "check.h"
#include "os/condition_waiters.h"
#include "real_threads.h"

#ifdef __linux__

static struct real_threads threads;

/* That each is so is what real_threads_start() waits for. */
static void
a_thread_in_a_condition_is_blocked_there(void)
{
    os_condition other;
    os_condition_init(&other);
    real_threads_start(&threads);
    uintptr_t address = real_thread_await(&threads.waiting, THREAD_BLOCK_ON_FUTEX);
    CHECK(condition_is_waited_at(&threads.condition, address));
    CHECK(!condition_is_waited_at(&other, address));
    real_threads_stop(&threads);
    os_condition_destroy(&other);
}

/* Joined, it may not yet be gone from /proc. */
static void
a_thread_that_is_gone_is_unknown(void)
{
    real_thread_await(&threads.spinning, THREAD_BLOCK_UNKNOWN);
}

#endif

int
main(void)
{
#ifdef __linux__
    if (thread_futex_is_known() && condition_waiters_are_known()) {
        a_thread_in_a_condition_is_blocked_there();
        a_thread_that_is_gone_is_unknown();
    }
#endif
    return 0;
}
