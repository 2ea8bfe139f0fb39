#include "recording/backup_sampler.h"

#include "os/os_process.h"

#ifdef __linux__

#include <sched.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static void
arm(struct backup_sampler *backup_sampler, uint64_t within_ns)
{
    const struct itimerspec when = {.it_value = os_timespec(within_ns)};
    timer_settime(backup_sampler->timer, 0, &when, NULL);
}

static bool
make_timer(struct backup_sampler *backup_sampler)
{
    struct sigevent how = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMAX};
    how.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
    return timer_create(CLOCK_MONOTONIC, &how, &backup_sampler->timer) == 0;
}

static void
backup_sampler_until_left(void *opaque_backup_sampler)
{
    struct backup_sampler *backup_sampler = opaque_backup_sampler;
    os_block_signals();
    os_request_low_latency();
    bool is_made = make_timer(backup_sampler);
    os_mutex_lock(&backup_sampler->mutex);
    backup_sampler->state = is_made ? BACKUP_SAMPLER_READY : BACKUP_SAMPLER_REFUSED;
    os_condition_broadcast(&backup_sampler->is_settled);
    os_mutex_unlock(&backup_sampler->mutex);

    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGRTMAX);
    while (is_made && !atomic_load(&backup_sampler->is_leaving)) {
        if (sigwaitinfo(&signals, NULL) < 0 || atomic_load(&backup_sampler->is_leaving)) {
            continue;
        }
        backup_sampler->look(backup_sampler->argument);
        if (atomic_fetch_add(&backup_sampler->turns, 1) + 1 < BACKUP_MAX_TURNS) {
            arm(backup_sampler, backup_sampler->pause_ns);
        }
    }
}

void
backup_sampler_start(struct backup_sampler *backup_sampler, void (*look)(void *argument), void *argument,
               uint64_t pause_ns)
{
    backup_sampler->look = look;
    backup_sampler->argument = argument;
    backup_sampler->pause_ns = pause_ns;
    backup_sampler->state = BACKUP_SAMPLER_SETTLING;
    backup_sampler->avoided_core = -1;
    backup_sampler->has_a_core = false;
    atomic_init(&backup_sampler->is_leaving, false);
    atomic_init(&backup_sampler->turns, 0);
    os_mutex_init(&backup_sampler->mutex);
    os_condition_init(&backup_sampler->is_settled);
    bool is_started = os_thread_start(&backup_sampler->thread, backup_sampler_until_left, backup_sampler);
    os_mutex_lock(&backup_sampler->mutex);
    while (is_started && backup_sampler->state == BACKUP_SAMPLER_SETTLING) {
        os_condition_wait_until(&backup_sampler->is_settled, &backup_sampler->mutex, OS_FOREVER);
    }
    os_mutex_unlock(&backup_sampler->mutex);
    backup_sampler->is_there = is_started && backup_sampler->state == BACKUP_SAMPLER_READY;
    if (is_started && !backup_sampler->is_there) {
        os_thread_join(&backup_sampler->thread);
    }
    os_condition_destroy(&backup_sampler->is_settled);
    os_mutex_destroy(&backup_sampler->mutex);
}

/* Keep off the core of the first thread, which is the one that may be taken. */
static void
avoid_core(struct backup_sampler *backup_sampler, int core)
{
    cpu_set_t cores;
    backup_sampler->avoided_core = core;
    backup_sampler->has_a_core = false;
    if (core >= 0 && core < CPU_SETSIZE && sched_getaffinity(0, sizeof cores, &cores) == 0) {
        CPU_CLR((size_t)core, &cores);
        backup_sampler->has_a_core =
            pthread_setaffinity_np(backup_sampler->thread.handle, sizeof cores, &cores) == 0;
    }
}

void
backup_arm(struct backup_sampler *backup_sampler, uint64_t within_ns)
{
    if (!backup_sampler->is_there) {
        return;
    }
    int core = sched_getcpu();
    if (core != backup_sampler->avoided_core) {
        avoid_core(backup_sampler, core);
    }
    atomic_store(&backup_sampler->turns, 0);
    arm(backup_sampler, backup_sampler->has_a_core ? within_ns : 0);
}

void
backup_sampler_stop(struct backup_sampler *backup_sampler)
{
    if (!backup_sampler->is_there) {
        return;
    }
    atomic_store(&backup_sampler->is_leaving, true);
    arm(backup_sampler, 1);
    os_thread_join(&backup_sampler->thread);
    timer_delete(backup_sampler->timer);
    backup_sampler->is_there = false;
}

#else

void
backup_sampler_start(struct backup_sampler *backup_sampler, void (*look)(void *argument), void *argument,
               uint64_t pause_ns)
{
    *backup_sampler = (struct backup_sampler){.look = look, .argument = argument, .pause_ns = pause_ns};
}

void
backup_arm(struct backup_sampler *backup_sampler, uint64_t within_ns)
{
    (void)backup_sampler;
    (void)within_ns;
}

void
backup_sampler_stop(struct backup_sampler *backup_sampler)
{
    (void)backup_sampler;
}

#endif

void
backup_sampler_forget(struct backup_sampler *backup_sampler)
{
    backup_sampler->is_there = false;
}
