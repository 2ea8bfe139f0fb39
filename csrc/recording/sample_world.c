#include "recording/sample_world.h"

#include "cpython/attachment.h"
#include "os/clock.h"

enum { MAX_TRIES = 4, MAX_GLIMPSE_NS = 20000, MAX_THREAD_NS = 200 };

/* -- one moment ------------------------------------------------------------------------------- */

struct world_glimpse {
    uint64_t now_ns;
    bool is_listed; /* not if somebody had the list of threads locked, as a fork has */
    uint64_t generation;
    size_t count; /* of the attached threads that were found */
    bool knows_world;
    struct world_sample world;
};

static bool
is_same(const struct world_sample *one, const struct world_sample *other)
{
    return one->is_requested == other->is_requested && one->is_stopped == other->is_stopped &&
           one->requester == other->requester;
}

/* Neither threads of gilext's own nor stops that they ask for are the program's. */
static void
leave_own_out(struct world_glimpse *seen, const struct own_requests *own,
              struct thread_state *found)
{
    size_t kept = 0;
    for (size_t i = 0; i < seen->count; i++) {
        if (!own_requests_has(own, found[i].state)) {
            found[kept++] = found[i];
        }
    }
    seen->count = kept;
    if (own_requests_has(own, seen->world.requester)) {
        seen->world = (struct world_sample){0};
    }
}

/* A thread that loses its core on the way sees the world late: again, as often as the world changes
   on the way. */
static struct world_glimpse
glimpse_world(const struct gil *gil, struct thread_state *found)
{
    struct world_glimpse seen = {.count = 0};
    uint64_t took_ns = 0;
    for (int tries = 0; tries < MAX_TRIES; tries++) {
        seen.now_ns = clock_monotonic_ns();
        seen.world = world_sample(gil);
        seen.generation = gil_state_generation(gil);
        seen.is_listed = thread_states_list_attached(gil, found, RECORDER_MAX_HOLDERS, &seen.count);
        struct world_sample after = world_sample(gil);
        seen.knows_world = is_same(&seen.world, &after);
        took_ns = clock_monotonic_ns() - seen.now_ns;
        if (seen.is_listed && seen.knows_world &&
            took_ns <= MAX_GLIMPSE_NS + MAX_THREAD_NS * seen.count) {
            break;
        }
    }
    return seen;
}

/* -- under the sampler's mutex --------------------------------------------------------------- */

static void
note_attached(struct sampler *sampler, const struct world_glimpse *seen,
              const struct thread_state *found)
{
    struct recorder *recorder = &sampler->recorder;
    struct attached_thread *threads = sampler->world.found;
    for (size_t i = 0; i < seen->count; i++) {
        int32_t slot = holders_place(&sampler->holders, recorder, &found[i], seen->generation);
        threads[i] = (struct attached_thread){
            .state = found[i].state,
            .slot = slot,
            .number = recorder->holders[slot].number,
            .native_id = found[i].thread.native_id,
        };
    }
    const struct attached_sighting sighting = {
        .now_ns = seen->now_ns,
        .found = threads,
        .count = seen->count,
    };
    attachments_note(&sampler->world.attachments, recorder, &sighting);
}

static struct attached_moment
moment_of(const struct sampler *sampler, const struct attached_thread *thread)
{
    return (struct attached_moment){
        .thread = thread->state,
        .slot = thread->slot,
        .number = thread->number,
        .attached_ns = sampler->recorder.holders[thread->slot].attached.sum_ns,
    };
}

/* Of more than there is room for, now these and now those. */
static void
list_moments(struct sampler *sampler, struct attached_moments *moments)
{
    const struct attachments *attachments = &sampler->world.attachments;
    const size_t all = attachments->count;
    size_t first =
        all > MAX_ATTACHED_MOMENTS ? attachments->time.samples * MAX_ATTACHED_MOMENTS : 0;
    moments->now_ns = attachments->last_ns;
    moments->all_cores_busy = sampler->pace.all_cores_busy;
    moments->attached = all;
    moments->count = all < MAX_ATTACHED_MOMENTS ? all : MAX_ATTACHED_MOMENTS;
    for (size_t i = 0; i < moments->count; i++) {
        moments->threads[i] = moment_of(sampler, &attachments->threads[(first + i) % all]);
    }
}

/* Those that have just attached; and else one after another, so that none is left out for long. */
static void
list_fresh(const struct attachments *attachments, struct world_moment *moment)
{
    for (size_t i = 0; i < attachments->count && moment->fresh_count < MAX_FRESH; i++) {
        const struct attached_thread *thread = &attachments->threads[i];
        if (thread->is_new || attachments->time.samples % attachments->count == i) {
            moment->fresh[moment->fresh_count++] =
                (struct active_thread_id){thread->slot, thread->number, thread->native_id};
        }
    }
}

static int32_t
find_number(const struct attachments *attachments, gil_holder thread)
{
    for (size_t i = 0; i < attachments->count; i++) {
        if (attachments->threads[i].state == thread) {
            return attachments->threads[i].number;
        }
    }
    return RECORDER_NOBODY;
}

/* Who keeps the world from stopping. */
static void
note_who_is_waited_for(struct sampler *sampler, const struct world_glimpse *seen,
                       struct pause_moment *moment)
{
    const struct attachments *attachments = &sampler->world.attachments;
    struct pauses *pauses = &sampler->world.pauses;
    for (size_t i = 0; i < attachments->count; i++) {
        const struct attached_thread *thread = &attachments->threads[i];
        if (thread->state == seen->world.requester) {
            continue;
        }
        pauses_note_attached(pauses, seen->now_ns, thread->number);
        if (moment->wanted_count < MAX_WANTED && pauses_want_row(pauses, thread->number)) {
            moment->wanted[moment->wanted_count++] = moment_of(sampler, thread);
        }
    }
}

static void
note_pause(struct sampler *sampler, const struct world_glimpse *seen, struct pause_moment *moment)
{
    struct pauses *pauses = &sampler->world.pauses;
    const struct world_sample *world = &seen->world;
    pauses_note(pauses, seen->now_ns, world,
                find_number(&sampler->world.attachments, world->requester));
    if (!pauses->is_open) {
        return;
    }
    moment->seen = pauses->seen;
    moment->world = *world;
    moment->asker = pauses->open.row == POOL_NONE ? pauses->open.asker : RECORDER_NOBODY;
    if (world->is_requested && seen->is_listed) {
        note_who_is_waited_for(sampler, seen, moment);
    }
}

void
sample_world(struct sampler *sampler, struct world_moment *moment)
{
    struct thread_state found[RECORDER_MAX_HOLDERS];
    const struct gil *gil = &sampler->sampling.gil;
    moment->attached.now_ns = moment->attached.count = moment->fresh_count = 0;
    moment->pause = (struct pause_moment){.asker = RECORDER_NOBODY};
    if (gil_state_is_enabled(gil)) {
        const struct attached_sighting sighting = {.now_ns = clock_monotonic_ns(), .has_gil = true};
        attachments_note(&sampler->world.attachments, &sampler->recorder, &sighting);
        pauses_finish(&sampler->world.pauses);
        return;
    }
    struct world_glimpse seen = glimpse_world(gil, found);
    leave_own_out(&seen, sampler->sampling.own, found);
    if (seen.is_listed) {
        note_attached(sampler, &seen, found);
        list_moments(sampler, &moment->attached);
        list_fresh(&sampler->world.attachments, moment);
    }
    if (seen.knows_world && world_can_be_seen()) {
        note_pause(sampler, &seen, &moment->pause);
    }
    atomic_store_explicit(&sampler->world.is_pausing, sampler->world.pauses.is_open,
                          memory_order_relaxed);
}

/* -- without it ------------------------------------------------------------------------------ */

static uint32_t
take_stack(struct sampler *sampler, gil_holder thread, int32_t number, uint64_t now_ns)
{
    os_mutex_lock(&sampler->stacks.mutex);
    uint32_t row = stacks_take(&sampler->stacks, thread, number, now_ns);
    os_mutex_unlock(&sampler->stacks.mutex);
    return row;
}

static bool
goes_on(const struct sampler *sampler, const struct world_sample *before)
{
    struct world_sample now = world_sample(&sampler->sampling.gil);
    return now.requester == before->requester && (now.is_requested || now.is_stopped);
}

/* An asker stays where it is until the world stands still. */
static void
name_asker(struct sampler *sampler, const struct pause_moment *moment, uint64_t now_ns)
{
    uint32_t row = take_stack(sampler, moment->world.requester, moment->asker, now_ns);
    if (row != POOL_NONE && goes_on(sampler, &moment->world)) {
        os_mutex_lock(&sampler->mutex);
        pauses_set_asker_row(&sampler->world.pauses, moment->seen, row);
        os_mutex_unlock(&sampler->mutex);
    }
}

static void
name_attached(struct sampler *sampler, const struct pause_moment *moment,
              const struct attached_moment *wanted, uint64_t now_ns)
{
    uint32_t row = take_stack(sampler, wanted->thread, wanted->number, now_ns);
    if (row != POOL_NONE && attachment_is_attached(wanted->thread) &&
        goes_on(sampler, &moment->world)) {
        os_mutex_lock(&sampler->mutex);
        pauses_set_attached_row(&sampler->world.pauses, moment->seen, wanted->number, row);
        os_mutex_unlock(&sampler->mutex);
    }
}

void
look_at_world(struct sampler *sampler, const struct world_moment *moment)
{
    const uint64_t now_ns = moment->attached.now_ns;
    for (size_t i = 0; i < moment->pause.wanted_count; i++) { /* first: it may soon be over */
        name_attached(sampler, &moment->pause, &moment->pause.wanted[i], now_ns);
    }
    if (moment->pause.asker != RECORDER_NOBODY) {
        name_asker(sampler, &moment->pause, now_ns);
    }
    attached_stacks_look(&sampler->stacks, &moment->attached);
}

void
see_attached(struct sampler *sampler, const struct world_moment *moment)
{
    for (size_t i = 0; i < moment->fresh_count; i++) {
        activity_see(&sampler->activity, &moment->fresh[i]);
    }
}
