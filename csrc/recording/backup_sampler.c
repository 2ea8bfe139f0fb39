#include "recording/backup_sampler.h"

#ifdef __linux__

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <sys/timerfd.h>

/* The thread waits for no ring longer than this, so that a stop is seen even if the system refuses
   to set the timer: a sandbox may come into force at any time. */
static const uint64_t MAX_WAIT_NS = UINT64_C(1000000000);

/* Have it ring once, or never if that is 0; what has rung and wasn't read is forgotten. */
static bool
set_timer(const struct backup_sampler *backup, uint64_t within_ns)
{
    const struct itimerspec when = {.it_value = os_timespec(within_ns)};
    return timerfd_settime(backup->timer, 0, &when, NULL) == 0;
}

/* A program may close files that it doesn't know, and the number may be another file's by now. */
static bool
is_timer(int file)
{
    struct itimerspec when;
    return timerfd_gettime(file, &when) == 0;
}

static void
close_timer(const struct backup_sampler *backup)
{
    if (is_timer(backup->timer)) {
        close(backup->timer);
    }
}

/* -- the thread ----------------------------------------------------------------------------- */

static bool
is_armed(const struct backup_sampler *backup)
{
    return atomic_load_explicit(&backup->is_armed, memory_order_acquire);
}

/* The first thread may arm it while it is put to rest: then its timer is set once more. */
static bool
put_to_rest(struct backup_sampler *backup)
{
    return set_timer(backup, 0) && (!is_armed(backup) || set_timer(backup, backup->pause_ns));
}

static bool
take_turn(struct backup_sampler *backup)
{
    if (!is_armed(backup)) {
        return put_to_rest(backup);
    }
    backup->sample(backup->argument);
    if (atomic_fetch_add_explicit(&backup->turns, 1, memory_order_relaxed) + 1 < BACKUP_MAX_TURNS) {
        return set_timer(backup, backup->pause_ns);
    }
    atomic_store_explicit(&backup->is_armed, false, memory_order_relaxed);
    return put_to_rest(backup);
}

/* The timer is never read: the program may have given its number to another file by then, whose
   data the thread would take, or wait for without end. To set the timer does instead. */
static void
take_turns_until_stopped(struct looker *looker, void *opaque_backup)
{
    struct backup_sampler *backup = opaque_backup;
    const struct timespec max_wait = os_timespec(MAX_WAIT_NS);
    bool goes_on = true;
    while (goes_on) {
        struct pollfd timer = {.fd = backup->timer, .events = POLLIN};
        int rings = ppoll(&timer, 1, &max_wait, NULL);
        if (looker_is_stopping(looker) || !is_timer(backup->timer)) {
            return;
        }
        goes_on = rings > 0 ? take_turn(backup) : rings == 0 || errno == EINTR;
    }
}

void
backup_sampler_start(struct backup_sampler *backup, void (*sample)(void *argument), void *argument,
                     uint64_t pause_ns)
{
    backup->sample = sample;
    backup->argument = argument;
    backup->pause_ns = pause_ns;
    backup->avoided_core = -1;
    backup->has_a_core = false;
    backup->is_there = false;
    atomic_init(&backup->is_armed, false);
    atomic_init(&backup->turns, 0);
    backup->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (backup->timer < 0) {
        return;
    }
    backup->is_there =
        is_timer(backup->timer) && set_timer(backup, 0) &&
        looker_start(&backup->looker, "gilext backup", take_turns_until_stopped, backup);
    if (!backup->is_there) {
        close(backup->timer);
    }
}

/* -- the first thread ------------------------------------------------------------------------- */

/* Keep off the core of the first thread, which is the one that may be taken. */
static void
avoid_core(struct backup_sampler *backup, int core)
{
    cpu_set_t cores;
    backup->avoided_core = core;
    backup->has_a_core = false;
    if (core >= 0 && core < CPU_SETSIZE && sched_getaffinity(0, sizeof cores, &cores) == 0) {
        CPU_CLR((size_t)core, &cores);
        backup->has_a_core =
            pthread_setaffinity_np(backup->looker.thread.handle, sizeof cores, &cores) == 0;
    }
}

void
backup_arm(struct backup_sampler *backup, uint64_t within_ns)
{
    if (!backup->is_there) {
        return;
    }
    int core = sched_getcpu();
    if (core != backup->avoided_core) {
        avoid_core(backup, core);
    }
    if (!backup->has_a_core) {
        backup_disarm(backup);
        return;
    }
    atomic_store_explicit(&backup->turns, 0, memory_order_relaxed);
    atomic_store_explicit(&backup->is_armed, true, memory_order_release);
    set_timer(backup, within_ns > 0 ? within_ns : 1);
}

/* The timer need not be set: a ring while it isn't armed is ignored. */
void
backup_disarm(struct backup_sampler *backup)
{
    atomic_store_explicit(&backup->is_armed, false, memory_order_relaxed);
}

/* -- its end ---------------------------------------------------------------------------------- */

void
backup_sampler_stop(struct backup_sampler *backup)
{
    if (!backup->is_there) {
        return;
    }
    looker_ask_to_stop(&backup->looker);
    set_timer(backup, 1);
    looker_join(&backup->looker);
    close_timer(backup);
    backup->is_there = false;
}

void
backup_sampler_forget(struct backup_sampler *backup)
{
    if (backup->is_there) {
        close_timer(backup);
    }
    backup->is_there = false;
}

#else

void
backup_sampler_start(struct backup_sampler *backup, void (*sample)(void *argument), void *argument,
                     uint64_t pause_ns)
{
    *backup = (struct backup_sampler){.sample = sample, .argument = argument, .pause_ns = pause_ns};
}

void
backup_arm(struct backup_sampler *backup, uint64_t within_ns)
{
    (void)backup;
    (void)within_ns;
}

void
backup_disarm(struct backup_sampler *backup)
{
    (void)backup;
}

void
backup_sampler_stop(struct backup_sampler *backup)
{
    (void)backup;
}

void
backup_sampler_forget(struct backup_sampler *backup)
{
    (void)backup;
}

#endif
