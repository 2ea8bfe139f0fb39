#define _GNU_SOURCE 1

#include "stand_in.h"

#include "process.h"

#ifdef __linux__

#include <sched.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static void
arm(struct stand_in *stand_in, uint64_t within_ns)
{
    const struct itimerspec when = {.it_value = os_timespec(within_ns)};
    timer_settime(stand_in->timer, 0, &when, NULL);
}

static bool
make_timer(struct stand_in *stand_in)
{
    struct sigevent how = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMAX};
    how.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
    return timer_create(CLOCK_MONOTONIC, &how, &stand_in->timer) == 0;
}

static void
stand_in_until_left(void *opaque_stand_in)
{
    struct stand_in *stand_in = opaque_stand_in;
    keep_signals_away_from_this_thread();
    os_be_punctual();
    bool is_made = make_timer(stand_in);
    os_mutex_lock(&stand_in->mutex);
    stand_in->state = is_made ? STAND_IN_READY : STAND_IN_REFUSED;
    os_condition_broadcast(&stand_in->is_settled);
    os_mutex_unlock(&stand_in->mutex);

    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGRTMAX);
    while (is_made && !atomic_load(&stand_in->is_leaving)) {
        if (sigwaitinfo(&signals, NULL) < 0 || atomic_load(&stand_in->is_leaving)) {
            continue;
        }
        stand_in->look(stand_in->argument);
        if (atomic_fetch_add(&stand_in->turns, 1) + 1 < STAND_IN_MOST_TURNS) {
            arm(stand_in, stand_in->pause_ns);
        }
    }
}

void
stand_in_start(struct stand_in *stand_in, void (*look)(void *argument), void *argument,
               uint64_t pause_ns)
{
    stand_in->look = look;
    stand_in->argument = argument;
    stand_in->pause_ns = pause_ns;
    stand_in->state = STAND_IN_SETTLING;
    stand_in->avoided_core = -1;
    stand_in->has_a_core = false;
    atomic_init(&stand_in->is_leaving, false);
    atomic_init(&stand_in->turns, 0);
    os_mutex_init(&stand_in->mutex);
    os_condition_init(&stand_in->is_settled);
    bool is_started = os_thread_start(&stand_in->thread, stand_in_until_left, stand_in);
    os_mutex_lock(&stand_in->mutex);
    while (is_started && stand_in->state == STAND_IN_SETTLING) {
        os_condition_wait_until(&stand_in->is_settled, &stand_in->mutex, OS_FOREVER);
    }
    os_mutex_unlock(&stand_in->mutex);
    stand_in->is_there = is_started && stand_in->state == STAND_IN_READY;
    if (is_started && !stand_in->is_there) {
        os_thread_join(&stand_in->thread);
    }
    os_condition_destroy(&stand_in->is_settled);
    os_mutex_destroy(&stand_in->mutex);
}

/* Keep off the core of the first thread, which is the one that may be taken. */
static void
avoid_core(struct stand_in *stand_in, int core)
{
    cpu_set_t cores;
    stand_in->avoided_core = core;
    stand_in->has_a_core = false;
    if (core >= 0 && core < CPU_SETSIZE && sched_getaffinity(0, sizeof cores, &cores) == 0) {
        CPU_CLR((size_t)core, &cores);
        stand_in->has_a_core =
            pthread_setaffinity_np(stand_in->thread.handle, sizeof cores, &cores) == 0;
    }
}

void
stand_in_expect(struct stand_in *stand_in, uint64_t within_ns)
{
    if (!stand_in->is_there) {
        return;
    }
    int core = sched_getcpu();
    if (core != stand_in->avoided_core) {
        avoid_core(stand_in, core);
    }
    atomic_store(&stand_in->turns, 0);
    arm(stand_in, stand_in->has_a_core ? within_ns : 0);
}

void
stand_in_stop(struct stand_in *stand_in)
{
    if (!stand_in->is_there) {
        return;
    }
    atomic_store(&stand_in->is_leaving, true);
    arm(stand_in, 1);
    os_thread_join(&stand_in->thread);
    timer_delete(stand_in->timer);
    stand_in->is_there = false;
}

#else

void
stand_in_start(struct stand_in *stand_in, void (*look)(void *argument), void *argument,
               uint64_t pause_ns)
{
    *stand_in = (struct stand_in){.look = look, .argument = argument, .pause_ns = pause_ns};
}

void
stand_in_expect(struct stand_in *stand_in, uint64_t within_ns)
{
    (void)stand_in;
    (void)within_ns;
}

void
stand_in_stop(struct stand_in *stand_in)
{
    (void)stand_in;
}

#endif

void
stand_in_forget(struct stand_in *stand_in)
{
    stand_in->is_there = false;
}
