#include "recording/waiters.h"

#include <string.h>

#include "os/jitter.h"

enum {
    MIN_QUANTUM_NS = 4000000, /* of waited time, between two times of asking, on average */
    IDLE_SHARE = 100,         /* of one core's time, one part in that many is for asking */
    BUDGET_SHARE = 4,         /* and of the budget while all are busy, one in that many */
    STALL_SHARE = 50,         /* of a stall's time, at most one part in that many is for asking */
};

void
waiters_init(struct waiters *waiters, struct arena *arena, uint64_t stall_ns, uint64_t budget_ns,
             size_t max_bytes)
{
    memset(waiters, 0, sizeof *waiters);
    waiters->stall_ns = stall_ns;
    waiters->budget_ns = budget_ns;
    waiters->random = clock_monotonic_ns() | 1;
    waiters->due_ns = MIN_QUANTUM_NS;
    waiters->pool.arena = arena;
    waiters->pool.max_bytes = max_bytes;
    os_mutex_init(&waiters->mutex);
}

void
waiters_free(struct waiters *waiters)
{
    arena_free(waiters->pool.arena, waiters->victims);
    os_mutex_destroy(&waiters->mutex);
}

void
waiters_start(struct waiters *waiters, bool counts_waiters)
{
    waiters->search.source = counts_waiters ? waiter_search_source() : WAITERS_NAMELESS;
    waiters->is_on = waiters->search.source != WAITERS_NAMELESS;
}

/* -- while the switches stay the same -------------------------------------------------------- */

static void
add_victim(struct waiters *waiters, const struct waiting_thread *named)
{
    struct victim *victims = pool_grow(&waiters->pool, waiters->victims, sizeof *victims,
                                       waiters->victim_count, 1, &waiters->victim_capacity);
    if (victims == NULL) {
        waiters->victims_full_ns =
            waiters->victims_full_ns == 0 ? named->since_ns : waiters->victims_full_ns;
        return;
    }
    waiters->victims = victims;
    victims[waiters->victim_count++] = (struct victim){.since_ns = named->since_ns,
                                                       .until_ns = waiters->span.last_ns,
                                                       .number = named->number,
                                                       .row = named->row};
}

/* Its slot may have become another thread's. */
static struct holder_total *
total_of(struct recorder *recorder, const struct waiting_thread *named)
{
    struct holder_total *total = &recorder->holders[named->slot];
    return total->number == named->number ? total : &recorder->folded;
}

static void
end_span(struct waiters *waiters, struct recorder *recorder)
{
    struct waited_span *span = &waiters->span;
    for (size_t i = 0; i < span->named_count; i++) {
        const struct waiting_thread *named = &span->named[i];
        struct holder_total *total = total_of(recorder, named);
        uint64_t waited_ns = span->last_ns - named->since_ns;
        if (waited_ns > total->longest_wait_ns) {
            total->longest_wait_ns = waited_ns;
        }
        if (waiters->stall_ns > 0 && span->last_ns - span->reached_ns[1] >= waiters->stall_ns / 2) {
            add_victim(waiters, named);
        }
    }
    span->named_count = 0;
    span->waiters = 0;
    span->asked_ns = 0;
}

static void
follow_span(struct waiters *waiters, struct recorder *recorder, const struct gil_sample *sample)
{
    struct waited_span *span = &waiters->span;
    uint32_t now_waiting = recorder->last.waiters;
    if (sample->switches != span->switches) {
        end_span(waiters, recorder);
        span->switches = sample->switches;
    }
    if (sample->holder == 0) {
        return;
    }
    span->last_ns = recorder->last.now_ns;
    for (; span->waiters < now_waiting; span->waiters++) {
        if (span->waiters < MAX_FOUND) {
            span->reached_ns[span->waiters + 1] = span->last_ns;
        }
    }
}

/* -- when to ask ------------------------------------------------------------------------------ */

static bool
are_all_named(const struct waited_span *span)
{
    return span->named_count >= (span->waiters < MAX_FOUND ? span->waiters : MAX_FOUND);
}

bool
waiters_may_be_in_a_stall(const struct waiters *waiters, const struct recorder *recorder)
{
    return waiters->stall_ns > 0 && recorder->last.holder != RECORDER_NOBODY &&
           recorder_open_ns(recorder) >= waiters->stall_ns / 2;
}

/* In a hold that may become a stall, each that begins to wait is named as soon as may be. */
static bool
is_due_for_a_stall(const struct waiters *waiters, const struct recorder *recorder)
{
    const struct waited_span *span = &waiters->span;
    if (are_all_named(span) || !waiters_may_be_in_a_stall(waiters, recorder)) {
        return false;
    }
    uint64_t start_ns = recorder->open.start_ns;
    uint64_t since_ns = span->asked_ns > start_ns ? span->asked_ns : start_ns;
    return recorder->last.now_ns - since_ns >= STALL_SHARE * waiters->cost_ns;
}

bool
waiters_note(struct waiters *waiters, struct recorder *recorder, const struct gil_sample *sample)
{
    if (!waiters->is_on) {
        return false;
    }
    follow_span(waiters, recorder, sample);
    if (recorder->waiters.sum_ns == waiters->shared_ns) {
        waiters->since_ns = recorder->last.now_ns;
    }
    bool is_due =
        recorder->waiters.sum_ns >= waiters->due_ns && recorder->last.now_ns >= waiters->next_ns;
    return recorder->last.waiters > 0 && (is_due || is_due_for_a_stall(waiters, recorder));
}

void
waiters_finish(struct waiters *waiters, struct recorder *recorder)
{
    end_span(waiters, recorder);
}

/* How long one must be content with what it cost. */
static uint64_t
rest_ns(const struct waiters *waiters, uint64_t cost_ns, bool all_cores_busy)
{
    uint64_t share_ns = NS_PER_SECOND / IDLE_SHARE;
    uint64_t budget_ns = waiters->budget_ns / BUDGET_SHARE;
    if (all_cores_busy && budget_ns > 0 && budget_ns < share_ns) {
        share_ns = budget_ns;
    }
    return cost_ns * (NS_PER_SECOND / share_ns);
}

static void
choose_next(struct waiters *waiters, const struct naming *naming, uint64_t cost_ns)
{
    uint64_t pause_ns = rest_ns(waiters, cost_ns, naming->all_cores_busy);
    uint64_t quantum_ns = pause_ns * naming->waiters;
    quantum_ns = quantum_ns > MIN_QUANTUM_NS ? quantum_ns : MIN_QUANTUM_NS;
    waiters->cost_ns = cost_ns;
    waiters->span.asked_ns = naming->now_ns;
    waiters->next_ns = naming->now_ns + pause_ns;
    waiters->due_ns = waiters->shared_ns + jitter(&waiters->random, quantum_ns);
}

/* -- naming ----------------------------------------------------------------------------------- */

/* The waiters of one moment. */
struct names {
    struct waiting_thread items[MAX_FOUND];
    size_t count;
    bool is_same; /* the holder and all who waited are still the same */
    uint64_t share_ns;
};

static bool
is_same_span(const struct waiters *waiters, const struct naming *naming)
{
    return waiters->span.switches == naming->sample.switches;
}

static bool
is_same_moment(const struct naming *naming)
{
    return gil_state_switches(naming->gil) == naming->sample.switches &&
           gil_state_waiters(naming->gil) == naming->waiters;
}

/* The waiters that are known without asking: all of this span. */
static bool
take_known(struct waiters *waiters, const struct naming *naming, struct names *names)
{
    const struct waited_span *span = &waiters->span;
    os_mutex_lock(naming->mutex);
    bool is_known = is_same_span(waiters, naming) && span->named_count > 0 && are_all_named(span);
    if (is_known) {
        names->count = span->named_count;
        memcpy(names->items, span->named, names->count * sizeof *names->items);
    }
    os_mutex_unlock(naming->mutex);
    return is_known;
}

/* Those that were seen to wait did, whatever has happened since; the others do if it is nothing. */
static void
search(struct waiters *waiters, const struct naming *naming, struct names *names)
{
    struct waiter_search *search = &waiters->search;
    waiter_search_run(search, naming->gil, naming->sample.holder, naming->waiters);
    names->is_same = is_same_moment(naming);
    names->count = names->is_same ? search->found.count : search->certain;
    os_mutex_lock(naming->mutex);
    for (size_t i = 0; i < names->count; i++) {
        int32_t slot = holders_find(naming->holders, naming->recorder, naming->gil,
                                    search->found.items[i].state);
        names->items[i] = (struct waiting_thread){.state = search->found.items[i].state,
                                                  .slot = slot,
                                                  .number = naming->recorder->holders[slot].number,
                                                  .row = POOL_NONE};
    }
    os_mutex_unlock(naming->mutex);
}

static struct waiting_thread *
find_named(struct waited_span *span, const struct waiting_thread *thread)
{
    for (size_t i = 0; i < span->named_count; i++) {
        if (span->named[i].number == thread->number) {
            return &span->named[i];
        }
    }
    return NULL;
}

/* Keep the names for as long as the span goes on. */
static void
keep(struct waiters *waiters, const struct names *names)
{
    struct waited_span *span = &waiters->span;
    uint32_t waiting = span->waiters < MAX_FOUND ? span->waiters : MAX_FOUND;
    for (size_t i = 0; i < names->count; i++) {
        if (find_named(span, &names->items[i]) == NULL && span->named_count < waiting) {
            span->named[span->named_count] = names->items[i];
            span->named[span->named_count++].since_ns = span->reached_ns[waiting];
        }
    }
}

static void
note_activity(const struct naming *naming, const struct waiting_thread *named, uint64_t since_ns,
              uint64_t waited_ns)
{
    uint64_t native_id = naming->holders->threads[named->slot].thread.native_id;
    const struct active_thread_id thread = {named->slot, named->number, native_id};
    const struct span when = {since_ns, naming->now_ns};
    activity_add_wait(naming->activity, &thread, when, waited_ns);
}

/* Divide what was waited since the last time: each that waits has its part, named or not. */
static void
share(struct waiters *waiters, const struct naming *naming, struct names *names)
{
    os_mutex_lock(naming->mutex);
    uint64_t waited_ns = naming->recorder->waiters.sum_ns;
    uint64_t parts = names->count > naming->waiters ? names->count : naming->waiters;
    names->share_ns = (waited_ns - waiters->shared_ns) / parts;
    for (size_t i = 0; i < names->count; i++) {
        total_of(naming->recorder, &names->items[i])->waited_ns += names->share_ns;
        note_activity(naming, &names->items[i], waiters->since_ns, names->share_ns);
    }
    waiters->shared_ns = waited_ns;
    waiters->since_ns = naming->now_ns;
    if (names->is_same && is_same_span(waiters, naming)) {
        keep(waiters, names);
    }
    os_mutex_unlock(naming->mutex);
}

/* -- stacks ----------------------------------------------------------------------------------- */

static uint32_t
take_row(const struct naming *naming, gil_holder thread, int32_t number)
{
    os_mutex_lock(&naming->stacks->mutex);
    uint32_t row = stacks_take(naming->stacks, thread, number, naming->now_ns);
    os_mutex_unlock(&naming->stacks->mutex);
    return row;
}

/* Where each waits; believed if none has had the GIL by then. */
static void
take_victims_rows(struct waiters *waiters, const struct naming *naming, struct names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        if (names->items[i].row == POOL_NONE) {
            names->items[i].row = take_row(naming, names->items[i].state, names->items[i].number);
        }
    }
    if (gil_state_switches(naming->gil) != naming->sample.switches) {
        return;
    }
    os_mutex_lock(naming->mutex);
    for (size_t i = 0; is_same_span(waiters, naming) && i < names->count; i++) {
        struct waiting_thread *named = find_named(&waiters->span, &names->items[i]);
        if (named != NULL) {
            named->row = names->items[i].row;
        }
    }
    os_mutex_unlock(naming->mutex);
}

static void
lay_on_row(const struct naming *naming, uint32_t row, const struct names *names)
{
    struct profile *profile = &naming->stacks->profile;
    os_mutex_lock(&naming->stacks->mutex);
    for (size_t i = 0; i < names->count; i++) {
        if (!profile_add_wait(profile, row, names->items[i].number, names->share_ns)) {
            profile_note_full(profile, naming->now_ns);
        }
    }
    os_mutex_unlock(&naming->stacks->mutex);
}

static void
name(struct waiters *waiters, const struct naming *naming)
{
    struct names names = {.is_same = true};
    uint32_t row = POOL_NONE;
    if (naming->holder != RECORDER_NOBODY) {
        row = take_row(naming, naming->sample.holder, naming->holder);
    }
    if (!take_known(waiters, naming, &names)) {
        search(waiters, naming, &names);
    }
    share(waiters, naming, &names);
    if (row != POOL_NONE && is_same_moment(naming)) {
        lay_on_row(naming, row, &names);
    }
    if (naming->may_be_a_stall && names.is_same) {
        take_victims_rows(waiters, naming, &names);
    }
}

void
waiters_name(struct waiters *waiters, const struct naming *naming)
{
    os_mutex_lock(&waiters->mutex);
    uint64_t start_ns = clock_thread_cpu_ns();
    name(waiters, naming);
    uint64_t cost_ns = clock_thread_cpu_ns() - start_ns;
    os_mutex_lock(naming->mutex);
    choose_next(waiters, naming, cost_ns);
    os_mutex_unlock(naming->mutex);
    os_mutex_unlock(&waiters->mutex);
}
