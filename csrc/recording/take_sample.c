#include "recording/take_sample.h"

#include "os/os_process.h"
#include "recording/sample_world.h"

enum { MAX_TRIES = 4, MAX_GLIMPSE_NS = 20000 };

/* Threads of gilext's own that are on their way to the GIL. */
static uint32_t
count_own(const struct sampler *sampler)
{
    const struct own_requests *own = sampler->sampling.own;
    return watchdog_wants_gil(sampler->watchdog) +
           (own == NULL ? 0 : atomic_load_explicit(&own->waiting, memory_order_relaxed));
}

static uint32_t
count_waiters(const struct sampler *sampler, const struct gil_sample *sample)
{
    const struct gil *gil = &sampler->sampling.gil;
    if (!sampler->counts_waiters) {
        return 0;
    }
    uint32_t waiters =
        gil_state_waiters(gil) + (sample->holder == 0 && gil_state_is_being_taken(gil));
    uint32_t own = count_own(sampler);
    return waiters > own ? waiters - own : 0;
}

/* What is read of the GIL at one moment. */
struct glimpse {
    uint64_t now_ns;
    struct gil_sample sample;
    uint32_t waiters;
};

/* A thread that loses its core between the clock and the GIL would see the one late: again. */
static struct glimpse
glimpse(const struct sampler *sampler)
{
    struct glimpse seen;
    uint64_t took_ns;
    int tries = 0;
    do {
        seen.now_ns = clock_monotonic_ns();
        seen.sample = gil_state_sample(&sampler->sampling.gil);
        seen.waiters = count_waiters(sampler, &seen.sample);
        took_ns = clock_monotonic_ns() - seen.now_ns;
    } while (took_ns > MAX_GLIMPSE_NS && ++tries < MAX_TRIES);
    return seen;
}

static struct sighting
sight(struct sampler *sampler, const struct glimpse *seen)
{
    return (struct sighting){
        .now_ns = seen->now_ns,
        .holder = holders_find(&sampler->holders, &sampler->recorder, &sampler->sampling.gil,
                               seen->sample.holder),
        .switches = seen->sample.switches,
        .waiters = seen->waiters,
    };
}

/* Nobody asks before a switch interval has gone by. */
static bool
is_asked_for(const struct sampler *sampler, const struct gil_sample *sample, uint64_t interval_ns)
{
    return recorder_open_ns(&sampler->recorder) >= interval_ns / 2 && count_own(sampler) == 0 &&
           gil_state_is_requested(&sampler->sampling.gil, sample->holder);
}

/* Once is enough for a hold. A thread that waits is the better sign: it is seen at once, and a
   request only after a switch interval. */
static void
look_for_a_request(struct sampler *sampler, const struct gil_sample *sample, uint32_t waiters)
{
    const struct gil *gil = &sampler->sampling.gil;
    if (sample->holder == 0 || sampler->recorder.requested_ns != 0) {
        return;
    }
    uint64_t interval_ns = gil_state_switch_interval_ns(gil);
    bool is_waited_for = waiters > 0;
    if ((is_waited_for || is_asked_for(sampler, sample, interval_ns)) &&
        gil_state_switches(gil) == sample->switches) {
        recorder_note_request(&sampler->recorder, is_waited_for ? 0 : interval_ns);
    }
}

static void
begin_writing(struct sampler *sampler)
{
    if (sampler->sampling.arena != NULL) {
        journal_begin(&sampler->journal, &sampler->recorder);
    }
}

static void
end_writing(struct sampler *sampler)
{
    if (sampler->sampling.arena != NULL) {
        journal_end(&sampler->journal);
    }
}

/* After it was recorded. */
static struct watchdog_sight
sight_for_watchdog(const struct sampler *sampler, const struct gil_sample *sample)
{
    const struct recorder *recorder = &sampler->recorder;
    struct watchdog_sight sight = {.now_ns = recorder->last.now_ns, .sample = *sample};
    if (recorder->last.holder != RECORDER_NOBODY) {
        sight.waiting_since_ns = recorder->requested_ns;
        sight.held_since_ns = recorder->open.start_ns;
        sight.holder = sampler->holders.threads[recorder->last.holder].thread;
        sight.knows_waiters = sampler->counts_waiters;
        sight.waiters = recorder->last.waiters;
    }
    return sight;
}

static void
keep_pace(struct sampler *sampler, uint64_t now_ns, enum sample_taker who)
{
    struct pace *pace = &sampler->pace;
    if (who == BACKUP_THREAD) {
        pace_count_backup_sample(pace);
    }
    else if (who == FIRST_THREAD && pace_count_sample(pace)) {
        pace_check(pace, now_ns, involuntary_context_switches(), clock_thread_cpu_ns());
        sampler->recorder.max_gap_ns = SAMPLER_MAX_PAUSES * pace->pause_ns;
    }
}

static struct held_moment
held_moment(const struct sampler *sampler, const struct gil_sample *sample)
{
    const struct recorder *recorder = &sampler->recorder;
    int32_t slot = recorder->last.holder;
    if (slot == RECORDER_NOBODY) {
        return (struct held_moment){.now_ns = recorder->last.now_ns, .slot = RECORDER_NOBODY};
    }
    return (struct held_moment){
        .now_ns = recorder->last.now_ns,
        .sample = *sample,
        .waiters = recorder->last.waiters,
        .hold_start_ns = recorder->open.start_ns,
        .seen_ns = recorder_open_seen_ns(recorder),
        .slot = slot,
        .number = recorder->open.holder,
        .native_id = sampler->holders.threads[slot].thread.native_id,
        .held_ns = recorder->holders[slot].held_ns + recorder_open_ns(recorder),
        .all_cores_busy = sampler->pace.all_cores_busy,
    };
}

/* After it was recorded. */
static struct naming
naming(struct sampler *sampler, const struct gil_sample *sample)
{
    const struct recorder *recorder = &sampler->recorder;
    bool is_held = recorder->last.holder != RECORDER_NOBODY;
    return (struct naming){
        .gil = &sampler->sampling.gil,
        .mutex = &sampler->mutex,
        .recorder = &sampler->recorder,
        .holders = &sampler->holders,
        .stacks = &sampler->stacks,
        .activity = &sampler->activity,
        .sample = *sample,
        .waiters = recorder->last.waiters,
        .holder = is_held ? recorder->open.holder : RECORDER_NOBODY,
        .now_ns = recorder->last.now_ns,
        .all_cores_busy = sampler->pace.all_cores_busy,
        .may_be_a_stall = waiters_may_be_in_a_stall(&sampler->waiters, recorder),
    };
}

static void
look_at_activity(struct sampler *sampler, const struct held_moment *moment)
{
    struct active_thread_id thread = {moment->slot, moment->number, moment->native_id};
    activity_look(&sampler->activity, &thread, sampler->recorder.start_ns, moment->now_ns);
}

/* What a sample saw, for what is made of it without the mutex. */
struct taken {
    struct held_moment held;
    struct world_moment world;
    bool is_time_to_name;
    struct naming for_names;
    struct watchdog_sight for_watchdog;
};

static void
record(struct sampler *sampler, enum sample_taker who, struct taken *taken)
{
    struct glimpse seen = glimpse(sampler);
    begin_writing(sampler);
    struct sighting sighting = sight(sampler, &seen);
    recorder_sample(&sampler->recorder, &sighting);
    window_advance(&sampler->window, &sampler->recorder);
    look_for_a_request(sampler, &seen.sample, seen.waiters);
    taken->held = held_moment(sampler, &seen.sample);
    taken->is_time_to_name = waiters_note(&sampler->waiters, &sampler->recorder, &seen.sample);
    sample_world(sampler, &taken->world);
    end_writing(sampler);
    taken->for_names = naming(sampler, &seen.sample);
    keep_pace(sampler, seen.now_ns, who);
    taken->for_watchdog = sight_for_watchdog(sampler, &seen.sample);
}

void
take_sample(struct sampler *sampler, enum sample_taker who)
{
    struct taken taken;
    os_mutex_lock(&sampler->mutex);
    bool is_over = sampler->is_over;
    if (!is_over) {
        record(sampler, who, &taken);
    }
    os_mutex_unlock(&sampler->mutex);
    if (is_over) {
        return;
    }
    if (taken.held.slot != RECORDER_NOBODY) { /* first: a short hold may soon be over */
        stacks_look(&sampler->stacks, &sampler->sampling.gil, &taken.held);
    }
    look_at_world(sampler, &taken.world);
    if (who == FIRST_THREAD) {
        look_at_activity(sampler, &taken.held);
        see_attached(sampler, &taken.world);
        watchdog_sample(sampler->watchdog, &taken.for_watchdog);
    }
    if (taken.is_time_to_name && who != CALLER) {
        waiters_name(&sampler->waiters, &taken.for_names);
    }
}

/* -- the last one ------------------------------------------------------------------------------ */

/* Other samples than the first thread's have seen threads too. */
static void
end_activity(struct sampler *sampler)
{
    const struct recorder *recorder = &sampler->recorder;
    for (int32_t slot = 0; slot < RECORDER_MAX_HOLDERS; slot++) {
        if (recorder->holders[slot].number != RECORDER_NOBODY) {
            uint64_t native_id = sampler->holders.threads[slot].thread.native_id;
            activity_see(&sampler->activity, &(struct active_thread_id){
                                                 slot, recorder->holders[slot].number, native_id});
        }
    }
    activity_end(&sampler->activity, recorder->last.now_ns);
}

void
take_last_sample(struct sampler *sampler)
{
    struct world_moment world;
    os_mutex_lock(&sampler->mutex);
    if (!sampler->is_over) {
        uint64_t now_ns = clock_monotonic_ns();
        begin_writing(sampler);
        if (!runtime_is_finalizing()) {
            struct glimpse seen = glimpse(sampler);
            struct sighting sighting = sight(sampler, &seen);
            now_ns = seen.now_ns;
            recorder_sample_end(&sampler->recorder, &sighting);
            sample_world(sampler, &world);
            uint64_t world_ns = sampler->world.attachments.last_ns;
            now_ns = world_ns > now_ns ? world_ns : now_ns;
        }
        pauses_finish(&sampler->world.pauses);
        waiters_finish(&sampler->waiters, &sampler->recorder);
        recorder_finish(&sampler->recorder, now_ns);
        end_writing(sampler);
        end_activity(sampler);
        sampler->is_over = true;
    }
    os_mutex_unlock(&sampler->mutex);
}
