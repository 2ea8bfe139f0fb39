#include "recording/activity.h"

#include <stdlib.h>
#include <string.h>

#include "os/clock.h"
#include "os/thread_list.h"

enum { READS_SHARE = 4 }; /* of the budget, one part in four is for reading clocks */

static const uint64_t READ_NS = 50000000, DEFAULT_BUDGET_NS = 10000000;

void
activity_init(struct activity *activity, struct arena *arena, size_t max_bytes, uint64_t budget_ns)
{
    memset(activity, 0, sizeof *activity);
    os_mutex_init(&activity->mutex);
    activity_rows_init(&activity->rows, arena, READ_NS, max_bytes / sizeof(struct activity_row));
    activity->budget_ns = budget_ns == 0 ? DEFAULT_BUDGET_NS : budget_ns;
    for (int32_t slot = 0; slot < RECORDER_MAX_HOLDERS; slot++) {
        activity->threads[slot].number = RECORDER_NOBODY;
    }
}

void
activity_free(struct activity *activity)
{
    free(activity->at_start);
    activity_rows_free(&activity->rows);
    os_mutex_destroy(&activity->mutex);
}

/* -- when the recording begins --------------------------------------------------------------- */

static bool
read_clocks_at_start(struct activity *activity)
{
    size_t count;
    uint64_t *owned_ids = list_threads(&count);
    if (owned_ids == NULL) {
        return false;
    }
    activity->at_start = calloc(count, sizeof *activity->at_start);
    for (size_t i = 0; activity->at_start != NULL && i < count; i++) {
        struct thread_clock clock;
        struct clock_at_start *thread = &activity->at_start[i];
        thread->native_id = owned_ids[i];
        thread->shown_ns = thread_clock_of(owned_ids[i], &clock) ? thread_clock_ns(&clock) : 0;
    }
    activity->at_start_count = count;
    free(owned_ids);
    return activity->at_start != NULL;
}

static int
compare_native_ids(const void *left, const void *right)
{
    const struct clock_at_start *a = left, *b = right;
    return (a->native_id > b->native_id) - (a->native_id < b->native_id);
}

/* What its clock showed when the recording began: 0 for a thread that was started since. */
static uint64_t
shown_at_start(const struct activity *activity, uint64_t native_id)
{
    const struct clock_at_start key = {native_id, 0};
    const struct clock_at_start *found =
        bsearch(&key, activity->at_start, activity->at_start_count, sizeof key, compare_native_ids);
    return found == NULL ? 0 : found->shown_ns;
}

void
activity_begin(struct activity *activity)
{
    activity->knows_clocks = activity->rows.max_count > 0 && read_clocks_at_start(activity);
}

/* -- clocks ---------------------------------------------------------------------------------- */

/* The row of a thread at that time; without room, one that nobody reads. */
static struct activity_row *
find_row(struct activity *activity, int32_t slot, uint64_t when_ns)
{
    struct activity_row *row = activity_rows_find(
        &activity->rows, slot, activity->threads[slot].number, when_ns - activity->start_ns);
    return row != NULL ? row : &activity->lost;
}

static void
read_clock(struct active_thread *thread)
{
    uint64_t shown_ns = thread_clock_ns(&thread->clock);
    if (shown_ns == 0 || shown_ns < thread->shown_ns) {
        thread->has_clock = false; /* it has ended */
        return;
    }
    thread->cpu_ns += shown_ns - thread->shown_ns;
    thread->unrowed_ns += shown_ns - thread->shown_ns;
    thread->shown_ns = shown_ns;
    thread->was_read = true;
}

/* When the bucket ends in which that time lies. */
static uint64_t
bucket_end_ns(const struct activity *activity, uint64_t when_ns)
{
    uint64_t bucket_ns = activity->rows.bucket_ns;
    return when_ns - (when_ns - activity->start_ns) % bucket_ns + bucket_ns;
}

/* What a part of some time has of what was taken, or waited, in all of it. Who is seen only later
   has taken more than fits into it: that was earlier, nobody knows when. */
static uint64_t
part_of(uint64_t sum_ns, uint64_t part_ns, uint64_t all_ns)
{
    uint64_t within_ns = sum_ns < all_ns ? sum_ns : all_ns;
    return (uint64_t)((double)within_ns * ((double)part_ns / (double)all_ns));
}

static void
add_cpu(struct activity *activity, uint64_t from_ns, uint64_t until_ns, uint64_t all_ns)
{
    for (int32_t slot = 0; slot < activity->slots; slot++) {
        uint64_t taken_ns = activity->threads[slot].unrowed_ns;
        uint64_t part_ns = part_of(taken_ns, until_ns - from_ns, all_ns);
        if (part_ns > 0) {
            find_row(activity, slot, from_ns)->cpu_ns += part_ns;
        }
    }
}

/* Divide what the threads took since their clocks were last read among the buckets of that time. */
static void
fill_rows(struct activity *activity, uint64_t now_ns)
{
    uint64_t from_ns = activity->read_ns, all_ns = now_ns - from_ns;
    while (from_ns < now_ns) {
        uint64_t end_ns = bucket_end_ns(activity, from_ns);
        uint64_t until_ns = end_ns < now_ns ? end_ns : now_ns;
        add_cpu(activity, from_ns, until_ns, all_ns);
        from_ns = until_ns;
    }
    for (int32_t slot = 0; slot < activity->slots; slot++) {
        activity->threads[slot].unrowed_ns = 0;
    }
    activity->read_ns = now_ns;
}

static void
read_clocks(struct activity *activity, uint64_t now_ns)
{
    for (int32_t slot = 0; slot < activity->slots; slot++) {
        if (activity->threads[slot].has_clock) {
            read_clock(&activity->threads[slot]);
        }
    }
    fill_rows(activity, now_ns);
}

static void
read_clocks_within_budget(struct activity *activity, uint64_t now_ns)
{
    uint64_t before_ns = clock_thread_cpu_ns();
    read_clocks(activity, now_ns);
    double cost_ns = (double)(clock_thread_cpu_ns() - before_ns);
    double pause_ns = cost_ns * READS_SHARE * (double)NS_PER_SECOND / (double)activity->budget_ns;
    activity->due_ns = now_ns + (pause_ns > (double)READ_NS ? (uint64_t)pause_ns : READ_NS);
}

/* -- threads --------------------------------------------------------------------------------- */

static void
take_slot(struct activity *activity, const struct active_thread_id *id)
{
    struct active_thread *thread = &activity->threads[id->slot];
    if (thread->number != RECORDER_NOBODY) {
        activity->folded_cpu_ns += thread->cpu_ns;
    }
    *thread = (struct active_thread){.number = id->number};
    if (id->slot >= activity->slots) {
        activity->slots = id->slot + 1;
    }
}

/* Its clock is read at once: it may soon have ended. */
static void
see(struct activity *activity, const struct active_thread_id *id)
{
    struct active_thread *thread = &activity->threads[id->slot];
    if (thread->number != id->number) {
        take_slot(activity, id);
    }
    if (!thread->is_identified && id->native_id != 0) {
        thread->is_identified = true;
        thread->has_clock = thread_clock_of(id->native_id, &thread->clock);
        thread->shown_ns = shown_at_start(activity, id->native_id);
        read_clock(thread);
    }
}

static bool
is_recording(const struct activity *activity)
{
    return activity->knows_clocks && activity->start_ns != 0 && !activity->is_over;
}

void
activity_look(struct activity *activity, const struct active_thread_id *thread, uint64_t start_ns,
              uint64_t now_ns)
{
    os_mutex_lock(&activity->mutex);
    if (activity->start_ns == 0) {
        activity->start_ns = activity->read_ns = start_ns;
        activity->due_ns = start_ns + READ_NS;
    }
    if (is_recording(activity)) {
        if (thread->slot != RECORDER_NOBODY) {
            see(activity, thread);
        }
        if (now_ns >= activity->due_ns) {
            read_clocks_within_budget(activity, now_ns);
        }
    }
    os_mutex_unlock(&activity->mutex);
}

static void
add_wait(struct activity *activity, int32_t slot, struct span when, uint64_t waited_ns)
{
    uint64_t all_ns = span_length(&when);
    while (when.start_ns < when.end_ns) {
        uint64_t end_ns = bucket_end_ns(activity, when.start_ns);
        uint64_t until_ns = end_ns < when.end_ns ? end_ns : when.end_ns;
        find_row(activity, slot, when.start_ns)->waited_ns +=
            part_of(waited_ns, until_ns - when.start_ns, all_ns);
        when.start_ns = until_ns;
    }
}

void
activity_add_wait(struct activity *activity, const struct active_thread_id *thread,
                  struct span when, uint64_t waited_ns)
{
    os_mutex_lock(&activity->mutex);
    if (is_recording(activity)) {
        see(activity, thread);
        when.start_ns = when.start_ns < activity->start_ns ? activity->start_ns : when.start_ns;
        add_wait(activity, thread->slot, when, waited_ns);
    }
    os_mutex_unlock(&activity->mutex);
}

/* -- the end --------------------------------------------------------------------------------- */

void
activity_see(struct activity *activity, const struct active_thread_id *thread)
{
    os_mutex_lock(&activity->mutex);
    if (is_recording(activity)) {
        see(activity, thread);
    }
    os_mutex_unlock(&activity->mutex);
}

void
activity_end(struct activity *activity, uint64_t now_ns)
{
    os_mutex_lock(&activity->mutex);
    if (is_recording(activity)) {
        read_clocks(activity, now_ns);
    }
    activity->is_over = true;
    os_mutex_unlock(&activity->mutex);
}

bool
activity_cpu_ns(const struct activity *activity, int32_t slot, int32_t number, uint64_t *cpu_ns)
{
    const struct active_thread *thread = &activity->threads[slot];
    *cpu_ns = thread->cpu_ns;
    return thread->number == number && thread->was_read;
}

uint64_t
activity_folded_cpu_ns(const struct activity *activity, const struct holder_order *order)
{
    uint64_t folded_ns = activity->folded_cpu_ns;
    for (int32_t slot = 0; slot < activity->slots; slot++) {
        const struct active_thread *thread = &activity->threads[slot];
        if (thread->number != RECORDER_NOBODY &&
            holder_order_index(order, thread->number) == order->count) {
            folded_ns += thread->cpu_ns;
        }
    }
    return folded_ns;
}
