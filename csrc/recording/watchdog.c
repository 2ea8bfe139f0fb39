#include "recording/watchdog.h"

#include <stdlib.h>

#include "os/descriptor.h"
#include "os/wall_clock.h"

static void
init_locks(struct watchdog *watchdog)
{
    known_threads_init(&watchdog->known);
    os_mutex_init(&watchdog->mutex);
    os_condition_init(&watchdog->changed);
}

struct watchdog *
watchdog_new(const struct watchdog_settings *settings, const struct gil *gil)
{
    struct watchdog *watchdog = calloc(1, sizeof *watchdog);
    if (watchdog != NULL) {
        watchdog->settings = *settings;
        watchdog->gil = *gil;
        atomic_init(&watchdog->wants_gil, settings->keeps_stalls); /* when it starts */
        init_locks(watchdog);
    }
    return watchdog;
}

void
watchdog_free(struct watchdog *watchdog)
{
    if (watchdog != NULL) {
        frame_reader_free(watchdog->reader);
        os_condition_destroy(&watchdog->changed);
        os_mutex_destroy(&watchdog->mutex);
        known_threads_destroy(&watchdog->known);
        free(watchdog);
    }
}

void
watchdog_begin(struct watchdog *watchdog, enum waiter_source source,
               const struct collection *collection)
{
    if (watchdog != NULL) {
        watchdog->search.source = source;
        watchdog->collection = collection;
    }
}

void
watchdog_forget(struct watchdog *watchdog)
{
    if (watchdog != NULL) {
        init_locks(watchdog); /* a thread that isn't here may have had them */
        watchdog->reader = NULL;
        watchdog->kept_count = 0;
        watchdog->is_over = true;
    }
}

/* -- messages ------------------------------------------------------------------------------- */

static bool
may_write(struct watchdog *watchdog, uint64_t now_ns)
{
    if (watchdog->minute_ns == 0 || now_ns - watchdog->minute_ns >= 60 * NS_PER_SECOND) {
        watchdog->minute_ns = now_ns;
        watchdog->messages = 0;
    }
    return watchdog->messages++ < WATCHDOG_MAX_MESSAGES;
}

static void
write_message(struct watchdog *watchdog, bool is_over)
{
    struct message *message = &watchdog->message;
    message_begin(message);
    if (watchdog->is_torn) {
        message_add(message, "\n");
    }
    (watchdog->settings.is_json ? stall_message_json : stall_message_text)(
        &watchdog->stall, is_over, &watchdog->lost, message);
    size_t written =
        descriptor_write_now(watchdog->settings.descriptor, message->bytes, message->size);
    if (written > 0) {
        watchdog->is_torn = written < message->size;
    }
    if (written == message->size) {
        watchdog->lost = (struct lost_messages){0, 0};
        watchdog->is_written = true;
    }
    else {
        watchdog->lost.dropped++;
    }
}

/* What ends a stall that was written of isn't counted: there is one for each. */
static void
say(struct watchdog *watchdog, bool is_over)
{
    if (watchdog->settings.descriptor == WATCHDOG_NO_FILE || (is_over && !watchdog->is_written)) {
        return;
    }
    if (is_over || may_write(watchdog, watchdog->stall.seen_ns)) {
        write_message(watchdog, is_over);
    }
    else {
        watchdog->lost.suppressed++;
    }
}

/* -- a stall -------------------------------------------------------------------------------- */

static const struct named_stack *
read_stack(struct watchdog *watchdog, gil_holder thread)
{
    if (watchdog->reader == NULL) {
        watchdog->reader = frame_reader_new();
    }
    if (watchdog->reader == NULL || !frame_reader_find(watchdog->reader, thread)) {
        return NULL;
    }
    return frame_reader_name(watchdog->reader);
}

static void
add_collection(struct live_stall *stall, const struct collection_seen *seen)
{
    char name[COLLECTION_NAME_BYTES];
    const struct named_frame named = collection_frame(seen, name);
    live_stall_add_frame(stall, &named);
    stall->is_collection = true;
}

static void
add_frames(struct watchdog *watchdog, gil_holder holder)
{
    struct live_stall *stall = &watchdog->stall;
    struct collection_seen seen = collection_look(watchdog->collection, holder);
    const struct named_stack *stack = read_stack(watchdog, holder);
    bool is_collecting = collection_goes_on(watchdog->collection, &seen);
    char task[MAX_NAME_BYTES];
    if (stack != NULL && frame_reader_task(watchdog->reader, task)) {
        live_stall_add_task(stall, task); /* first, so that it has room */
    }
    for (size_t i = 0; stack != NULL && i < stack->count; i++) {
        if (is_collecting && stack->frames[i].frame == seen.frame) {
            add_collection(stall, &seen);
        }
        live_stall_add_frame(stall, &stack->frames[i]);
    }
    bool is_innermost = is_collecting && stack != NULL && stack->frames[0].frame == seen.frame;
    if (stack != NULL && stack->callable != NULL && !is_innermost) {
        live_stall_add_callable(stall, stack->callable);
    }
}

static bool
add_waiter(struct watchdog *watchdog, const struct thread_state *found)
{
    const struct named_stack *stack = read_stack(watchdog, found->state);
    bool has_frame = stack != NULL && stack->count > 0;
    struct live_thread thread = {found->thread.ident, found->thread.native_id, ""};
    known_threads_find_name(&watchdog->known, &thread);
    return live_stall_add_waiter(&watchdog->stall, &thread, has_frame ? stack->frames : NULL);
}

static void
add_waiters(struct watchdog *watchdog, const struct watchdog_sight *sight)
{
    struct waiter_search *search = &watchdog->search;
    gil_holder caller = atomic_load_explicit(&watchdog->caller, memory_order_relaxed);
    if (search->source == WAITERS_NAMELESS || sight->waiters == 0) {
        return;
    }
    waiter_search_run(search, &watchdog->gil, sight->sample.holder,
                      sight->waiters + watchdog_wants_gil(watchdog));
    for (size_t i = 0; i < search->found.count; i++) {
        const struct thread_state *found = &search->found.items[i];
        if (found->state != caller && !add_waiter(watchdog, found)) {
            return;
        }
    }
}

/* What was read is of this hold if it goes on after that. */
static void
read_who_and_where(struct watchdog *watchdog, const struct watchdog_sight *sight)
{
    live_stall_clear(&watchdog->stall);
    add_frames(watchdog, sight->sample.holder);
    add_waiters(watchdog, sight);
    struct gil_sample after = gil_state_sample(&watchdog->gil);
    if (after.holder != sight->sample.holder || after.switches != sight->sample.switches) {
        live_stall_clear(&watchdog->stall);
    }
}

static void
begin_stall(struct watchdog *watchdog, const struct watchdog_sight *sight)
{
    struct live_stall *stall = &watchdog->stall;
    stall->waiting_since_ns = sight->waiting_since_ns;
    stall->held_since_ns = sight->held_since_ns;
    stall->wall_ns = wall_clock_ns() - (sight->now_ns - sight->waiting_since_ns);
    stall->holder = (struct live_thread){sight->holder.ident, sight->holder.native_id, ""};
    known_threads_find_name(&watchdog->known, &stall->holder);
    watchdog->is_stalled = true;
    watchdog->is_written = false;
    watchdog->next_ns = sight->now_ns;
}

/* Next when it has lasted twice as long. */
static void
look_closely(struct watchdog *watchdog, const struct watchdog_sight *sight)
{
    watchdog->stall.knows_waiters = sight->knows_waiters;
    watchdog->stall.waiters = sight->waiters;
    watchdog->next_ns = sight->now_ns + live_stall_wait_ns(&watchdog->stall);
    read_who_and_where(watchdog, sight);
    say(watchdog, false);
}

static void
keep_stall(struct watchdog *watchdog)
{
    os_mutex_lock(&watchdog->mutex);
    if (watchdog->kept_count == WATCHDOG_KEPT) {
        watchdog->missed++;
    }
    else {
        size_t at = (watchdog->kept_first + watchdog->kept_count++) % WATCHDOG_KEPT;
        watchdog->kept[at] = watchdog->stall;
        os_condition_broadcast(&watchdog->changed);
    }
    os_mutex_unlock(&watchdog->mutex);
}

static void
end_stall(struct watchdog *watchdog)
{
    watchdog->is_stalled = false;
    say(watchdog, true);
    if (watchdog->settings.keeps_stalls) {
        keep_stall(watchdog);
    }
}

static bool
is_stall(const struct watchdog *watchdog, const struct watchdog_sight *sight)
{
    return sight->waiting_since_ns > 0 &&
           sight->now_ns >= sight->waiting_since_ns + watchdog->settings.threshold_ns;
}

void
watchdog_sample(struct watchdog *watchdog, const struct watchdog_sight *sight)
{
    if (watchdog == NULL) {
        return;
    }
    bool is_stalled = is_stall(watchdog, sight);
    if (watchdog->is_stalled &&
        (!is_stalled || sight->held_since_ns != watchdog->stall.held_since_ns)) {
        end_stall(watchdog);
    }
    if (!is_stalled) {
        return;
    }
    if (!watchdog->is_stalled) {
        begin_stall(watchdog, sight);
    }
    watchdog->stall.seen_ns = sight->now_ns;
    if (sight->now_ns >= watchdog->next_ns) {
        look_closely(watchdog, sight);
    }
}

void
watchdog_end(struct watchdog *watchdog)
{
    if (watchdog == NULL) {
        return;
    }
    if (watchdog->is_stalled) {
        end_stall(watchdog);
    }
    os_mutex_lock(&watchdog->mutex);
    watchdog->is_over = true;
    os_condition_broadcast(&watchdog->changed);
    os_mutex_unlock(&watchdog->mutex);
}

bool
watchdog_wait(struct watchdog *watchdog, struct live_stall *stall, uint64_t *missed)
{
    os_mutex_lock(&watchdog->mutex);
    while (watchdog->kept_count == 0 && !watchdog->is_over) {
        os_condition_wait_until(&watchdog->changed, &watchdog->mutex, OS_FOREVER);
    }
    bool is_there = watchdog->kept_count > 0;
    if (is_there) {
        *stall = watchdog->kept[watchdog->kept_first];
        *missed = watchdog->missed;
        watchdog->missed = 0;
        watchdog->kept_first = (watchdog->kept_first + 1) % WATCHDOG_KEPT;
        watchdog->kept_count--;
    }
    os_mutex_unlock(&watchdog->mutex);
    atomic_store_explicit(&watchdog->wants_gil, true, memory_order_relaxed);
    return is_there;
}

void
watchdog_note_gil(struct watchdog *watchdog, gil_holder caller)
{
    atomic_store_explicit(&watchdog->caller, caller, memory_order_relaxed);
    atomic_store_explicit(&watchdog->wants_gil, false, memory_order_relaxed);
}

bool
watchdog_wants_gil(const struct watchdog *watchdog)
{
    return watchdog != NULL && atomic_load_explicit(&watchdog->wants_gil, memory_order_relaxed);
}
