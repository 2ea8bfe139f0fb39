#include "recording/sampler.h"

#include <string.h>

#include "cpython/frame_state.h"
#include "os/os_process.h"

enum {
    STACKS_SHARE = 4, /* of the memory: one part in four is for stacks */
    MAX_PAUSES = 4,   /* two samples further apart than that many pauses tell nothing */
};

static void
init_mutexes(struct sampler *sampler)
{
    os_mutex_init(&sampler->lifecycle);
    os_mutex_init(&sampler->mutex);
    os_mutex_init(&sampler->stacks_mutex);
}

static void
init_recording(struct sampler *sampler)
{
    const struct sampling *sampling = &sampler->sampling;
    uint64_t stack_memory = sampling->memory / STACKS_SHARE;
    uint64_t hold_memory = sampling->memory - stack_memory;
    stack_log_init(&sampler->stacks, (size_t)stack_memory);
    recorder_init(&sampler->recorder, MAX_PAUSES * sampling->interval_ns, sampling->stall_ns,
                  (size_t)(hold_memory / sizeof(struct hold)));
    window_init(&sampler->window, sampling->window_ns);
    holders_init(&sampler->holders);
    pace_init(&sampler->pace, sampling->interval_ns, sampling->busy_interval_ns,
              involuntary_context_switches());
}

void
sampler_init(struct sampler *sampler, const struct sampling *sampling)
{
    memset(sampler, 0, sizeof *sampler);
    sampler->sampling = *sampling;
    atomic_init(&sampler->state, SAMPLER_NEW);
    atomic_init(&sampler->process, this_process());
    init_mutexes(sampler);
    init_recording(sampler);
}

void
sampler_destroy(struct sampler *sampler)
{
    recorder_free(&sampler->recorder);
    stack_log_free(&sampler->stacks);
    os_mutex_destroy(&sampler->lifecycle);
    os_mutex_destroy(&sampler->mutex);
    os_mutex_destroy(&sampler->stacks_mutex);
}

/* -- what it runs --------------------------------------------------------------------------- */

/* Stands for the frames further out than those that are read. */
static const struct frame_names TRUNCATED = {.file = "<truncated>", .function = "<truncated>"};

static bool
add_frame(struct stack_log *stacks, const struct frame_names *names)
{
    return stack_log_add_frame(stacks, names->file, names->function, names->line);
}

static void
take_stack(struct sampler *sampler, uint64_t now_ns, uint64_t hold_start_ns, gil_holder holder)
{
    struct frame_addresses addresses;
    struct frame_names names;
    struct stack_log *stacks = &sampler->stacks;
    bool is_whole = frame_state_find(holder, &addresses);
    os_mutex_lock(&sampler->stacks_mutex);
    for (size_t i = 0; is_whole && i < addresses.count; i++) {
        if (frame_state_describe(&addresses.items[i], &names)) {
            is_whole = add_frame(stacks, &names);
        }
    }
    if (is_whole && addresses.is_truncated) {
        is_whole = add_frame(stacks, &TRUNCATED);
    }
    stack_log_finish_stack(stacks, is_whole, hold_start_ns, now_ns);
    os_mutex_unlock(&sampler->stacks_mutex);
}

/* Whether to take the holder's stack: first when the hold is half as long as a stall, then every
   so often, at longer intervals the longer it lasts. */
static bool
is_stack_due(struct sampler *sampler, uint64_t now_ns, uint64_t hold_start_ns)
{
    uint64_t step_ns = sampler->sampling.stall_ns / 2;
    uint64_t age_ns = now_ns - hold_start_ns;
    bool is_first = hold_start_ns != sampler->stacked_hold_ns;
    if (step_ns == 0 || hold_start_ns == 0 || age_ns < step_ns ||
        (!is_first && now_ns < sampler->next_stack_ns)) {
        return false;
    }
    sampler->stacked_hold_ns = hold_start_ns;
    sampler->next_stack_ns = now_ns + (age_ns / 16 > step_ns ? age_ns / 16 : step_ns);
    return true;
}

/* -- a sample ------------------------------------------------------------------------------- */

static struct sighting
sight(struct sampler *sampler, const struct gil_sample *sample, uint64_t now_ns)
{
    return (struct sighting){
        .now_ns = now_ns,
        .holder = holders_find(&sampler->holders, &sampler->recorder, &sampler->sampling.gil,
                               sample->holder),
        .switches = sample->switches,
    };
}

/* Nobody asks before a switch interval has gone by. */
static bool
is_asked_for(const struct sampler *sampler, const struct gil_sample *sample, uint64_t interval_ns)
{
    return recorder_open_ns(&sampler->recorder) >= interval_ns / 2 &&
           gil_state_is_requested(&sampler->sampling.gil, sample->holder);
}

/* Once is enough for a hold. A thread that waits is the better sign: it is seen at once, and a
   request only after a switch interval. */
static void
look_for_a_request(struct sampler *sampler, const struct gil_sample *sample)
{
    const struct gil *gil = &sampler->sampling.gil;
    if (sample->holder == 0 || sampler->recorder.requested_ns != 0) {
        return;
    }
    uint64_t interval_ns = gil_state_switch_interval_ns(gil);
    bool is_waited_for = sampler->counts_waiters && gil_state_waiters(gil) > 0;
    if ((is_waited_for || is_asked_for(sampler, sample, interval_ns)) &&
        gil_state_switches(gil) == sample->switches) {
        recorder_note_request(&sampler->recorder, is_waited_for ? 0 : interval_ns);
    }
}

enum who { FIRST_THREAD, BACKUP_THREAD, CALLER };

static void
keep_pace(struct sampler *sampler, uint64_t now_ns, enum who who)
{
    struct pace *pace = &sampler->pace;
    if (who == BACKUP_THREAD) {
        pace_count_backup_sample(pace);
    }
    else if (who == FIRST_THREAD && pace_count_sample(pace)) {
        pace_check(pace, now_ns, involuntary_context_switches());
        sampler->recorder.max_gap_ns = MAX_PAUSES * pace->pause_ns;
    }
}

static void
record_sample(struct sampler *sampler, enum who who)
{
    os_mutex_lock(&sampler->mutex);
    bool is_due = false;
    struct gil_sample sample = {0, 0};
    uint64_t now_ns = clock_monotonic_ns(), start_ns = 0;
    if (!sampler->is_over) {
        sample = gil_state_sample(&sampler->sampling.gil);
        struct sighting sighting = sight(sampler, &sample, now_ns);
        start_ns = recorder_sample(&sampler->recorder, &sighting);
        window_advance(&sampler->window, &sampler->recorder);
        look_for_a_request(sampler, &sample);
        is_due = is_stack_due(sampler, now_ns, start_ns);
        keep_pace(sampler, now_ns, who);
    }
    os_mutex_unlock(&sampler->mutex);
    if (is_due) {
        take_stack(sampler, now_ns, start_ns, sample.holder);
    }
}

void
sampler_sample(struct sampler *sampler)
{
    record_sample(sampler, CALLER);
}

static void
sample_as_backup(void *opaque_sampler)
{
    if (!runtime_is_finalizing()) {
        record_sample(opaque_sampler, BACKUP_THREAD);
    }
}

/* -- the thread ----------------------------------------------------------------------------- */

/* Only this thread changes the pace, so it may read it without the mutex. */
static uint64_t
choose_pause(struct sampler *sampler, struct looker *looker)
{
    uint64_t pause_ns = looker_jitter(looker, sampler->pace.pause_ns);
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
static void
sample_until_stopped(struct looker *looker, void *opaque_sampler)
{
    struct sampler *sampler = opaque_sampler;
    uint64_t pause_ns = looker_jitter(looker, sampler->sampling.interval_ns);
    while (looker_sleep(looker, pause_ns) && !runtime_is_finalizing()) {
        record_sample(sampler, FIRST_THREAD);
        pause_ns = choose_pause(sampler, looker);
    }
    backup_disarm(&sampler->backup);
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
    if (looker_start(&sampler->looker, "gilext sampler", sample_until_stopped, sampler)) {
        set_state(sampler, SAMPLER_RUNNING);
        return SAMPLER_STARTED;
    }
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
        outcome = start_threads(sampler);
    }
    os_mutex_unlock(&sampler->lifecycle);
    return outcome;
}

void
sampler_end_recording(struct sampler *sampler)
{
    if (sampler_get_state(sampler) == SAMPLER_NEW) {
        return;
    }
    os_mutex_lock(&sampler->mutex);
    if (!sampler->is_over) {
        uint64_t now_ns = clock_monotonic_ns();
        if (!runtime_is_finalizing()) {
            struct gil_sample sample = gil_state_sample(&sampler->sampling.gil);
            struct sighting sighting = sight(sampler, &sample, now_ns);
            recorder_sample_end(&sampler->recorder, &sighting);
        }
        recorder_finish(&sampler->recorder, now_ns);
        sampler->is_over = true;
    }
    os_mutex_unlock(&sampler->mutex);
}

/* Python has the holders as a list: from their numbers to their places in it. */
static void
number_by_place(struct recorder *recorder)
{
    struct holder_order order;
    if (recorder->folded_count == 0) {
        return;
    }
    recorder_order_holders(recorder, &order);
    for (size_t i = 0; i < recorder->holds.count; i++) {
        struct hold *hold = &recorder->holds.items[i];
        hold->holder = holder_order_index(&order, hold->holder);
    }
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
        number_by_place(&sampler->recorder);
        set_state(sampler, SAMPLER_STOPPED);
    }
    os_mutex_unlock(&sampler->lifecycle);
}

void
sampler_forget(struct sampler *sampler)
{
    init_mutexes(sampler); /* the thread that may have had one isn't here */
    if (sampler_get_state(sampler) != SAMPLER_NEW) {
        backup_sampler_forget(&sampler->backup);
        init_recording(sampler);
        sampler->recorder.start_ns = sampler->recorder.last.now_ns = clock_monotonic_ns();
        sampler->is_over = true;
        set_state(sampler, SAMPLER_STOPPED);
    }
    atomic_store_explicit(&sampler->process, this_process(), memory_order_release);
}
