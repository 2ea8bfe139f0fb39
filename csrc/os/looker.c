#include "os/looker.h"

#include "os/jitter.h"

#ifdef _WIN32

/* No signals, and names only since Windows 10: the debugger has to do without. */
static void
set_thread_name(const char *name)
{
    (void)name;
}

static bool
start_with_signals_blocked(os_thread *thread, os_thread_body body, void *argument)
{
    return os_thread_start(thread, body, argument);
}

static void
name_thread(const os_thread *thread, const char *name)
{
    (void)thread;
    (void)name;
}

#else

#include <signal.h>

static void
set_thread_name(const char *name)
{
#if defined(__linux__)
    prctl(PR_SET_NAME, name);
#elif defined(__APPLE__)
    pthread_setname_np(name);
#else
    (void)name;
#endif
}

/* It may get no core for long, and be taken for one of the program's until then. */
static void
name_thread(const os_thread *thread, const char *name)
{
#if defined(__linux__)
    pthread_setname_np(thread->handle, name);
#else
    (void)thread;
    (void)name;
#endif
}

/* A new thread inherits the mask of the one that starts it. Were it to block its signals itself,
   one could come before it does. A sandbox may forbid to change masks: then it takes signals as any
   other thread of the program does. */
static bool
start_with_signals_blocked(os_thread *thread, os_thread_body body, void *argument)
{
    sigset_t all, before;
    sigfillset(&all);
    bool is_blocked = pthread_sigmask(SIG_SETMASK, &all, &before) == 0;
    bool is_started = os_thread_start(thread, body, argument);
    if (is_blocked) {
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    return is_started;
}

#endif

static void
run_body(void *opaque_looker)
{
    struct looker *looker = opaque_looker;
    set_thread_name(looker->name);
    os_request_low_latency();
    oversleep_note_wakeup(&looker->oversleep);
    looker->body(looker, looker->argument);
}

static void
release(struct looker *looker)
{
    os_condition_destroy(&looker->stop_asked);
    os_mutex_destroy(&looker->mutex);
}

bool
looker_start(struct looker *looker, const char *name, looker_body body, void *argument)
{
    looker->name = name;
    looker->body = body;
    looker->argument = argument;
    looker->random = clock_monotonic_ns() | 1;
    oversleep_init(&looker->oversleep);
    os_mutex_init(&looker->mutex);
    os_condition_init(&looker->stop_asked);
    atomic_init(&looker->is_stopping, false);
    bool is_started = start_with_signals_blocked(&looker->thread, run_body, looker);
    if (!is_started) {
        release(looker);
    }
    else {
        name_thread(&looker->thread, name);
    }
    return is_started;
}

void
looker_ask_to_stop(struct looker *looker)
{
    os_mutex_lock(&looker->mutex);
    atomic_store_explicit(&looker->is_stopping, true, memory_order_release);
    os_condition_broadcast(&looker->stop_asked);
    os_mutex_unlock(&looker->mutex);
}

void
looker_join(struct looker *looker)
{
    looker_ask_to_stop(looker);
    os_thread_join(&looker->thread);
    release(looker);
}

bool
looker_is_stopping(const struct looker *looker)
{
    return atomic_load_explicit(&looker->is_stopping, memory_order_acquire);
}

uint64_t
looker_jitter(struct looker *looker, uint64_t mean_ns)
{
    return jitter(&looker->random, mean_ns);
}

bool
looker_sleep(struct looker *looker, uint64_t pause_ns)
{
    uint64_t due_ns = oversleep_note_sleep(&looker->oversleep, pause_ns);
    os_mutex_lock(&looker->mutex);
    while (!looker_is_stopping(looker) && clock_monotonic_ns() < due_ns) {
        os_condition_wait_until(&looker->stop_asked, &looker->mutex, due_ns);
    }
    os_mutex_unlock(&looker->mutex);
    oversleep_note_wakeup(&looker->oversleep);
    return !looker_is_stopping(looker);
}
