#include "recording/sampler.h"

#include <stdlib.h>
#include <string.h>

#include "cpython/frame_state.h"
#include "os/os_process.h"

enum {
    STACKS_SHARE = 4,     /* of the memory: one part in four is for stacks */
    MAX_PAUSES = 4,    /* two samples further apart than so many pauses tell nothing */
    SAMPLES_PER_CHECK = 16, /* how often to look whether the program is displaced */
    THROTTLED_SAMPLES_PER_CHECK = 4,
};

void
sampler_init(struct sampler *sampler, const struct sampling *sampling)
{
    memset(sampler, 0, sizeof *sampler);
    sampler->sampling = *sampling;
    sampler->pause_ns = sampling->interval_ns;
    sampler->all_cores_busy = true; /* until the first check says otherwise, nobody stands in */
    atomic_init(&sampler->is_stopping, false);
    os_mutex_init(&sampler->mutex);
    uint64_t stack_memory = sampling->memory / STACKS_SHARE;
    uint64_t hold_memory = sampling->memory - stack_memory;
    stack_log_init(&sampler->stacks, (size_t)stack_memory);
    recorder_init(&sampler->recorder, MAX_PAUSES * sampling->interval_ns, sampling->stall_ns,
                  (size_t)(hold_memory / sizeof(struct hold)));
}

void
sampler_destroy(struct sampler *sampler)
{
    recorder_free(&sampler->recorder);
    stack_log_free(&sampler->stacks);
    free(sampler->threads);
    os_mutex_destroy(&sampler->mutex);
}

/* -- who holds it --------------------------------------------------------------------------- */

static int32_t
add_thread(struct sampler *sampler, const struct sighted_thread *seen)
{
    int32_t index = recorder_add_holder(&sampler->recorder);
    if (index == RECORDER_NOBODY) {
        return RECORDER_NOBODY;
    }
    size_t size = ((size_t)index + 1) * sizeof *seen;
    struct sighted_thread *grown = realloc(sampler->threads, size);
    if (grown == NULL) {
        sampler->recorder.holder_count--;
        return RECORDER_NOBODY;
    }
    sampler->threads = grown;
    sampler->threads[index] = *seen;
    return index;
}

/* Identify an entry (again). False when the address has become another thread's. */
static bool
refresh(struct sighted_thread *entry, uint64_t generation)
{
    struct gil_thread now;
    if (!gil_state_identify(entry->holder, &now)) {
        return true; /* the list is locked: the next sample tries again */
    }
    if (entry->is_identified && entry->thread.native_id != now.native_id) {
        return false;
    }
    *entry = (struct sighted_thread){entry->holder, generation, true, now};
    return true;
}

/* Threads are few, and the one that held it last is the likeliest: newest first. */
static int32_t
index_of(struct sampler *sampler, gil_holder holder)
{
    if (holder == 0) {
        return RECORDER_NOBODY;
    }
    uint64_t generation = gil_state_generation(&sampler->sampling.gil);
    for (size_t i = sampler->recorder.holder_count; i-- > 0;) {
        struct sighted_thread *entry = &sampler->threads[i];
        if (entry->holder != holder) {
            continue;
        }
        if ((entry->is_identified && entry->generation == generation) ||
            refresh(entry, generation)) {
            return (int32_t)i;
        }
        break;
    }
    struct sighted_thread seen = {.holder = holder};
    refresh(&seen, generation);
    return add_thread(sampler, &seen);
}

/* -- what it runs --------------------------------------------------------------------------- */

static void
take_stack(struct sampler *sampler, uint64_t now_ns, uint64_t hold_start_ns, gil_holder holder)
{
    struct frame_addresses places;
    struct frame_names words;
    bool is_whole = frame_state_find(holder, &places);
    for (size_t i = 0; is_whole && i < places.count; i++) {
        if (frame_state_describe(&places.places[i], &words)) {
            is_whole = stack_log_add_frame(&sampler->stacks, words.file, words.function,
                                           words.line);
        }
    }
    stack_log_finish_stack(&sampler->stacks, is_whole, hold_start_ns, now_ns);
}

/* Look at the holder's stack, first when the hold is half as long as a stall, then every so
   often, the seldomer the longer it lasts. */
static void
look_at_stack(struct sampler *sampler, uint64_t now_ns, uint64_t hold_start_ns, int32_t holder)
{
    uint64_t age_ns = now_ns - hold_start_ns;
    uint64_t step_ns = sampler->sampling.stall_ns / 2;
    if (age_ns < step_ns || now_ns < sampler->next_stack_ns) {
        return;
    }
    take_stack(sampler, now_ns, hold_start_ns, sampler->threads[holder].holder);
    sampler->next_stack_ns = now_ns + (age_ns / 16 > step_ns ? age_ns / 16 : step_ns);
}

/* -- the thread ----------------------------------------------------------------------------- */

static void
set_interval(struct sampler *sampler, uint64_t now_ns, uint64_t pause_ns)
{
    const struct sampling *sampling = &sampler->sampling;
    if (pause_ns == sampler->pause_ns) {
        return;
    }
    if (pause_ns == sampling->interval_ns) {
        sampler->throttled_total_ns += now_ns - sampler->throttled_since_ns;
    }
    sampler->throttled_since_ns = now_ns;
    sampler->pause_ns = pause_ns;
    sampler->recorder.widest_ns = MAX_PAUSES * pause_ns;
}

/* A look costs the program nothing while a core is idle. When none is, each look displaces a
   thread, and the operating system counts that: then look as seldom as `busy_interval_ns` says. What
   the stand-in displaces is its own affair: the first thread's core is taken then, not busy. */
static void
adapt_interval(struct sampler *sampler, uint64_t now_ns)
{
    const struct sampling *sampling = &sampler->sampling;
    bool is_throttled = sampler->pause_ns != sampling->interval_ns;
    if (sampler->looks < (is_throttled ? THROTTLED_SAMPLES_PER_CHECK : SAMPLES_PER_CHECK)) {
        return;
    }
    uint64_t displaced = involuntary_context_switches() - sampler->checked_switches;
    uint64_t by_looks = displaced > sampler->backup_samples ? displaced - sampler->backup_samples : 0;
    if (2 * by_looks > sampler->looks) {
        sampler->all_cores_busy = true;
    }
    else if (4 * by_looks < sampler->looks) {
        sampler->all_cores_busy = false;
    }
    if (sampling->busy_interval_ns > sampling->interval_ns) {
        set_interval(sampler, now_ns,
                  sampler->all_cores_busy ? sampling->busy_interval_ns : sampling->interval_ns);
    }
    sampler->looks = 0;
    sampler->backup_samples = 0;
    sampler->checked_switches += displaced;
}

static void
take_sample(struct sampler *sampler, uint64_t now_ns)
{
    uint64_t switches = gil_state_switches(&sampler->sampling.gil);
    int32_t holder = index_of(sampler, gil_state_holder(&sampler->sampling.gil));
    uint64_t hold_start_ns = recorder_sample(&sampler->recorder, now_ns, holder, switches);
    if (sampler->sampling.stall_ns > 0 && hold_start_ns > 0) {
        look_at_stack(sampler, now_ns, hold_start_ns, holder);
    }
}

static void
look(struct sampler *sampler)
{
    os_mutex_lock(&sampler->mutex);
    uint64_t now_ns = clock_monotonic_ns();
    take_sample(sampler, now_ns);
    sampler->looks++;
    adapt_interval(sampler, now_ns);
    os_mutex_unlock(&sampler->mutex);
}

/* When the runtime shuts down, what a look reads goes away. */
static bool
is_over(struct sampler *sampler)
{
    return atomic_load_explicit(&sampler->is_stopping, memory_order_relaxed) ||
           runtime_is_finalizing();
}

static void
backup_sample(void *opaque_sampler)
{
    struct sampler *sampler = opaque_sampler;
    if (!is_over(sampler)) {
        os_mutex_lock(&sampler->mutex);
        take_sample(sampler, clock_monotonic_ns());
        sampler->backup_samples++;
        os_mutex_unlock(&sampler->mutex);
    }
}

static void
sample_until_stopped(struct looker *looker, void *opaque_sampler)
{
    struct sampler *sampler = opaque_sampler;
    uint64_t interval_ns = sampler->sampling.interval_ns;
    uint64_t pause_ns = 0;
    while (looker_sleep(looker, pause_ns) && !is_over(sampler)) {
        look(sampler);
        pause_ns = looker_jitter(looker, sampler->pause_ns);
        /* With all cores busy, a second thread would take its core from the program too. */
        backup_arm(&sampler->backup_sampler,
                        sampler->all_cores_busy ? 0 : pause_ns + interval_ns / 2);
    }
    backup_arm(&sampler->backup_sampler, 0);
}

bool
sampler_start(struct sampler *sampler)
{
    atomic_store_explicit(&sampler->is_stopping, false, memory_order_relaxed);
    sampler->process = this_process();
    sampler->checked_switches = involuntary_context_switches();
    look(sampler); /* so that the recording begins here, and is never empty */
    if (sampler->sampling.stall_ns > 0) {
        backup_sampler_start(&sampler->backup_sampler, backup_sample, sampler, sampler->sampling.interval_ns);
    }
    sampler->is_running = 
        looker_start(&sampler->looker, "gilext sampler", sample_until_stopped, sampler);
    if (!sampler->is_running) {
        backup_sampler_stop(&sampler->backup_sampler);
    }
    return sampler->is_running;
}

void
sampler_stop(struct sampler *sampler)
{
    if (!sampler->is_running) {
        return;
    }
    /* Joining is what orders the threads' last samples before whatever reads the recording. */
    atomic_store_explicit(&sampler->is_stopping, true, memory_order_relaxed);
    looker_join(&sampler->looker);
    backup_sampler_stop(&sampler->backup_sampler);
    sampler->is_running = false;
    uint64_t now_ns = clock_monotonic_ns();
    set_interval(sampler, now_ns, sampler->sampling.interval_ns);
    recorder_finish(&sampler->recorder, now_ns);
}

void
sampler_notice_fork(struct sampler *sampler)
{
    if (sampler->is_running && sampler->process != this_process()) {
        sampler->is_running = false;
        backup_sampler_forget(&sampler->backup_sampler);
        os_mutex_init(&sampler->mutex); /* the thread that may have had it is not here */
    }
}
