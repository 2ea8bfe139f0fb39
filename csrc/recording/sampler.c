#include "recording/sampler.h"

#include <string.h>

#include "os/os_process.h"
#include "recording/take_sample.h"

enum {
    STACKS_SHARE = 4,    /* of the memory: one part in four is for stacks */
    VICTIMS_SHARE = 16,  /* one in 16 for those who waited in stalls */
    ACTIVITY_SHARE = 64, /* and one in 64 for what threads did */
    FASTER = 4,          /* so many times as many samples while the world is to stand still */
};

static void
init_mutexes(struct sampler *sampler)
{
    os_mutex_init(&sampler->lifecycle);
    os_mutex_init(&sampler->mutex);
}

static void
init_recording(struct sampler *sampler)
{
    const struct sampling *sampling = &sampler->sampling;
    uint64_t stack_memory = sampling->memory / STACKS_SHARE;
    uint64_t victim_memory = sampling->memory / VICTIMS_SHARE;
    uint64_t activity_memory = sampling->memory / ACTIVITY_SHARE;
    uint64_t hold_memory = sampling->memory - stack_memory - victim_memory - activity_memory;
    stacks_init(&sampler->stacks, sampling->arena, sampling->takes_stacks, sampling->stall_ns,
                sampling->budget_ns, (size_t)stack_memory);
    waiters_init(&sampler->waiters, sampling->arena, sampling->stall_ns, sampling->budget_ns,
                 (size_t)victim_memory);
    sampler->waiters.search.own = sampling->own;
    activity_init(&sampler->activity, sampling->arena, (size_t)activity_memory,
                  sampling->budget_ns);
    recorder_init(&sampler->recorder, sampling->arena, SAMPLER_MAX_PAUSES * sampling->interval_ns,
                  sampling->stall_ns, (size_t)(hold_memory / sizeof(struct hold)));
    window_init(&sampler->window, sampling->window_ns);
    holders_init(&sampler->holders);
    attachments_init(&sampler->world.attachments);
    pauses_init(&sampler->world.pauses);
    atomic_init(&sampler->world.is_pausing, false);
    pace_init(&sampler->pace, sampling->interval_ns, sampling->budget_ns,
              involuntary_context_switches());
}

void
sampler_init(struct sampler *sampler, const struct sampling *sampling)
{
    memset(sampler, 0, sizeof *sampler);
    sampler->sampling = *sampling;
    atomic_init(&sampler->state, SAMPLER_NEW);
    atomic_init(&sampler->process, this_process());
    atomic_init(&sampler->numbering, NUMBERED_NOT_YET);
    atomic_init(&sampler->journal.sequence, 0);
    init_mutexes(sampler);
    init_recording(sampler);
}

void
sampler_destroy(struct sampler *sampler)
{
    recorder_free(&sampler->recorder);
    stacks_free(&sampler->stacks);
    waiters_free(&sampler->waiters);
    activity_free(&sampler->activity);
    watchdog_free(sampler->watchdog);
    os_mutex_destroy(&sampler->lifecycle);
    os_mutex_destroy(&sampler->mutex);
}

/* -- in its file ----------------------------------------------------------------------------- */

/* Whatever is read from a file has its size here, and so has what lies around it. */
static const size_t SIZES[] = {
    sizeof(struct sampler),
    offsetof(struct sampler, journal),
    sizeof(struct recorder),
    offsetof(struct sampler, recorder),
    offsetof(struct recorder, holders),
    offsetof(struct recorder, holds),
    sizeof(struct hold),
    offsetof(struct sampler, holders),
    sizeof(struct sighted_thread),
    offsetof(struct sampler, world),
    sizeof(struct attachments),
    sizeof(struct pause),
    offsetof(struct watched_world, pauses),
    offsetof(struct sampler, stacks),
    sizeof(struct profile),
    offsetof(struct stacks, profile),
    sizeof(struct profile_frame),
    sizeof(struct profile_row),
    sizeof(struct profile_moment),
    sizeof(struct profile_wait),
    sizeof(struct waiters),
    offsetof(struct sampler, waiters),
    sizeof(struct victim),
    offsetof(struct waiters, victims),
    sizeof(struct activity),
    offsetof(struct sampler, activity),
    sizeof(struct active_thread),
    offsetof(struct activity, rows),
    sizeof(struct activity_row),
    offsetof(struct sampler, numbering),
};

uint64_t
sampler_layout(void)
{
    uint64_t layout = UINT64_C(0xCBF29CE484222325); /* FNV-1a, of numbers */
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        layout = (layout ^ SIZES[i]) * UINT64_C(0x100000001B3);
    }
    return layout;
}

/* -- the thread ----------------------------------------------------------------------------- */

void
sampler_sample(struct sampler *sampler)
{
    take_sample(sampler, CALLER);
}

static void
sample_as_backup(void *opaque_sampler)
{
    if (!runtime_is_finalizing()) {
        take_sample(opaque_sampler, BACKUP_THREAD);
    }
}

/* Only this thread changes the pace, so it may read it without the mutex. */
static uint64_t
choose_pause(struct sampler *sampler, struct looker *looker)
{
    bool is_pausing = atomic_load_explicit(&sampler->world.is_pausing, memory_order_relaxed);
    uint64_t mean_ns = sampler->pace.pause_ns;
    uint64_t pause_ns = looker_jitter(looker, is_pausing ? mean_ns / FASTER : mean_ns);
    /* With all cores busy, a second thread would take its core from the program too. */
    if (sampler->pace.all_cores_busy) {
        backup_disarm(&sampler->backup);
    }
    else {
        backup_arm(&sampler->backup, pause_ns + sampler->sampling.interval_ns / 2);
    }
    return pause_ns;
}

/* When the runtime shuts down, what a sample reads goes away. */
static bool
is_python_over(void)
{
    return runtime_is_finalizing() || !runtime_has_threads();
}

static void
sample_until_stopped(struct looker *looker, void *opaque_sampler)
{
    struct sampler *sampler = opaque_sampler;
    uint64_t pause_ns = looker_jitter(looker, sampler->sampling.interval_ns);
    while (looker_sleep(looker, pause_ns) && !is_python_over()) {
        take_sample(sampler, FIRST_THREAD);
        pause_ns = choose_pause(sampler, looker);
    }
    backup_disarm(&sampler->backup);
    if (is_python_over()) {
        take_last_sample(sampler); /* nobody may stop it any more */
    }
    if (!runtime_has_threads()) {
        backup_sampler_stop(&sampler->backup); /* or the process would never end */
    }
    watchdog_end(sampler->watchdog);
}

/* -- its life ------------------------------------------------------------------------------- */

static void
set_state(struct sampler *sampler, enum sampler_state state)
{
    atomic_store_explicit(&sampler->state, state, memory_order_release);
}

enum sampler_state
sampler_get_state(const struct sampler *sampler)
{
    return (enum sampler_state)atomic_load_explicit(&sampler->state, memory_order_acquire);
}

static enum sampler_outcome
start_threads(struct sampler *sampler)
{
    if (sampler->sampling.stall_ns > 0) {
        backup_sampler_start(&sampler->backup, sample_as_backup, sampler,
                             sampler->sampling.interval_ns);
    }
    activity_begin(&sampler->activity);
    watchdog_begin(sampler->watchdog, sampler->waiters.search.source, &sampler->stacks.collection);
    if (looker_start(&sampler->looker, "gilext sampler", sample_until_stopped, sampler)) {
        set_state(sampler, SAMPLER_RUNNING);
        return SAMPLER_STARTED;
    }
    watchdog_end(sampler->watchdog);
    backup_sampler_stop(&sampler->backup);
    set_state(sampler, SAMPLER_STOPPED);
    return SAMPLER_REFUSED;
}

enum sampler_outcome
sampler_start(struct sampler *sampler, bool counts_waiters)
{
    enum sampler_outcome outcome = SAMPLER_USED_BEFORE;
    os_mutex_lock(&sampler->lifecycle);
    if (sampler_get_state(sampler) == SAMPLER_NEW) {
        set_state(sampler, SAMPLER_STARTING);
        sampler->counts_waiters = counts_waiters;
        waiters_start(&sampler->waiters, counts_waiters);
        outcome = start_threads(sampler);
    }
    os_mutex_unlock(&sampler->lifecycle);
    return outcome;
}

void
sampler_end_recording(struct sampler *sampler)
{
    if (sampler_get_state(sampler) != SAMPLER_NEW) {
        take_last_sample(sampler);
    }
}

static void
set_numbering(struct sampler *sampler, enum numbering numbering)
{
    atomic_store_explicit(&sampler->numbering, numbering, memory_order_seq_cst);
}

void
sampler_number_by_place(struct sampler *sampler)
{
    struct recorder *recorder = &sampler->recorder;
    struct holder_order order;
    recorder_order_holders(recorder, &order);
    set_numbering(sampler, NUMBERED_IN_PART);
    activity_rows_number(&sampler->activity.rows, &order);
    for (size_t i = 0; recorder->folded_count > 0 && i < recorder->holds.count; i++) {
        struct hold *hold = &recorder->holds.items[i];
        hold->holder = holder_order_index(&order, hold->holder);
    }
    set_numbering(sampler, NUMBERED);
}

void
sampler_stop(struct sampler *sampler)
{
    sampler_end_recording(sampler);
    os_mutex_lock(&sampler->lifecycle);
    if (sampler_get_state(sampler) == SAMPLER_RUNNING) {
        set_state(sampler, SAMPLER_STOPPING);
        looker_join(&sampler->looker);
        backup_sampler_stop(&sampler->backup);
        sampler_number_by_place(sampler);
        set_state(sampler, SAMPLER_STOPPED);
        arena_cut(sampler->sampling.arena);
    }
    os_mutex_unlock(&sampler->lifecycle);
}

void
sampler_forget(struct sampler *sampler)
{
    /* First: up to here, what is written would be written to the parent's file. */
    bool is_whole = sampler_get_state(sampler) == SAMPLER_STOPPED;
    arena_leave(sampler->sampling.arena, is_whole, sizeof *sampler);
    init_mutexes(sampler); /* the thread that may have had one isn't here */
    if (sampler_get_state(sampler) != SAMPLER_NEW) {
        backup_sampler_forget(&sampler->backup);
        watchdog_forget(sampler->watchdog);
        init_recording(sampler);
        sampler->recorder.start_ns = sampler->recorder.last.now_ns = clock_monotonic_ns();
        sampler->is_over = true;
        set_state(sampler, SAMPLER_STOPPED);
    }
    atomic_store_explicit(&sampler->process, this_process(), memory_order_release);
}
