#include "checking/py_stand_in_threads.h"

/* -- the thread that requests the GIL --------------------------------------------------------- */

static bool
wait_until_wanted(struct stand_in_threads *threads)
{
    os_mutex_lock(&threads->mutex);
    while (!threads->is_wanted && !threads->is_over) {
        os_condition_wait_until(&threads->is_wanted_or_over, &threads->mutex, OS_FOREVER);
    }
    bool is_wanted = threads->is_wanted;
    threads->is_wanted = false;
    os_mutex_unlock(&threads->mutex);
    return is_wanted;
}

static void
request_when_wanted(struct looker *Py_UNUSED(looker), void *opaque_threads)
{
    struct stand_in_threads *threads = opaque_threads;
    struct requester *requester = &threads->requester;
    atomic_store_explicit(&threads->native_id, (uint64_t)PyThread_get_thread_native_id(),
                          memory_order_relaxed);
    if (!requester_open(requester)) {
        return;
    }
    while (wait_until_wanted(threads) && !runtime_is_finalizing()) {
        requester_take(requester);
        uint64_t granted_ns = clock_monotonic_ns();
        requester_give(requester);
        os_mutex_lock(&threads->mutex);
        stand_in_note_grant(&threads->stand_in, granted_ns);
        os_mutex_unlock(&threads->mutex);
    }
    requester_close(requester);
}

/* -- the thread that samples --------------------------------------------------------------------
 */

static void
sample_once(struct stand_in_threads *threads)
{
    os_mutex_lock(&threads->mutex);
    if (stand_in_sample(&threads->stand_in)) {
        threads->is_wanted = true;
        os_condition_broadcast(&threads->is_wanted_or_over);
    }
    bool is_second_needed = threads->is_wanted && !threads->has_second;
    os_mutex_unlock(&threads->mutex);
    if (is_second_needed) {
        threads->has_second =
            looker_start(&threads->requesting, "gilext stand-in", request_when_wanted, threads);
    }
}

static void
sample_until_stopped(struct looker *looker, void *opaque_threads)
{
    struct stand_in_threads *threads = opaque_threads;
    uint64_t interval_ns = stand_in_interval_ns(&threads->stand_in);
    while (looker_sleep(looker, looker_jitter(looker, interval_ns)) && !runtime_is_finalizing()) {
        sample_once(threads);
    }
}

/* -- in other threads ---------------------------------------------------------------------------
 */

void
stand_in_threads_init(struct stand_in_threads *threads, const struct gil *gil, uint64_t patience_ns,
                      struct own_requests *own)
{
    os_mutex_init(&threads->mutex);
    os_condition_init(&threads->is_wanted_or_over);
    threads->requester.interpreter = PyInterpreterState_Get();
    threads->requester.own = own;
    stand_in_init(&threads->stand_in, gil, patience_ns);
}

void
stand_in_threads_free(struct stand_in_threads *threads)
{
    os_condition_destroy(&threads->is_wanted_or_over);
    os_mutex_destroy(&threads->mutex);
    stand_in_free(&threads->stand_in);
}

bool
stand_in_threads_start(struct stand_in_threads *threads)
{
    return looker_start(&threads->sampling, "gilext look-out", sample_until_stopped, threads);
}

void
stand_in_threads_join(struct stand_in_threads *threads)
{
    looker_join(&threads->sampling);
    if (threads->has_second) {
        os_mutex_lock(&threads->mutex);
        threads->is_over = true;
        os_condition_broadcast(&threads->is_wanted_or_over);
        os_mutex_unlock(&threads->mutex);
        looker_join(&threads->requesting);
    }
}
