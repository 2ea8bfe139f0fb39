#include "recording/loading.h"

#include <stdlib.h>
#include <string.h>

/* -- arrays ---------------------------------------------------------------------------------- */

/* A copy of `count` items that lay at that address; fewer if the file ends before. */
static void *
load_array(struct loading *loading, const void *address, size_t *count, size_t item_size)
{
    const struct file_header *header = &loading->recording->header;
    uint64_t offset = (uint64_t)(uintptr_t)address - header->base;
    if (*count == 0) {
        return NULL;
    }
    if ((uint64_t)(uintptr_t)address < header->base || offset >= header->used ||
        *count > (header->used - offset) / item_size) {
        loading->is_damaged = true;
        *count = 0;
        return NULL;
    }
    uint64_t there = offset < loading->file.size ? (loading->file.size - offset) / item_size : 0;
    if (there < *count) {
        loading->recording->is_cut = true;
        *count = (size_t)there;
    }
    void *items = *count == 0 ? NULL : malloc(*count * item_size);
    if (items == NULL) {
        loading->has_no_memory |= *count != 0;
        *count = 0;
        return NULL;
    }
    *count = read_file_at(&loading->file, offset, items, *count * item_size) / item_size;
    return items;
}

static void
load_list(struct loading *loading, struct hold_list *list, const struct hold_list *raw)
{
    *list = *raw;
    list->arena = NULL;
    list->items = load_array(loading, raw->items, &list->count, sizeof *list->items);
    list->capacity = list->count;
    if (list->count < raw->count && list->full_ns == 0) {
        list->full_ns = list->count == 0 ? loading->raw->recorder.start_ns
                                         : list->items[list->count - 1].end_ns;
    }
    list->max_count = list->count + 1; /* for the hold that goes on */
}

static void
load_profile(struct loading *loading, struct profile *profile, const struct profile *raw)
{
    profile->text_size = raw->text_size;
    profile->text_count = raw->text_count;
    profile->frame_count = raw->frame_count;
    profile->number_count = raw->number_count;
    profile->row_count = raw->row_count;
    profile->moment_count = raw->moment_count;
    profile->wait_count = raw->wait_count;
    profile->text_bytes =
        load_array(loading, raw->text_bytes, &profile->text_size, sizeof *profile->text_bytes);
    profile->texts = load_array(loading, raw->texts, &profile->text_count, sizeof *profile->texts);
    profile->frames =
        load_array(loading, raw->frames, &profile->frame_count, sizeof *profile->frames);
    profile->frame_numbers = load_array(loading, raw->frame_numbers, &profile->number_count,
                                        sizeof *profile->frame_numbers);
    profile->rows = load_array(loading, raw->rows, &profile->row_count, sizeof *profile->rows);
    profile->moments =
        load_array(loading, raw->moments, &profile->moment_count, sizeof *profile->moments);
    profile->waits = load_array(loading, raw->waits, &profile->wait_count, sizeof *profile->waits);
    atomic_init(&profile->full_ns, atomic_load(&raw->full_ns));
}

/* -- the sampler ----------------------------------------------------------------------------- */

/* What a file has for a bool may be any byte. */
static bool
read_bool(const bool *raw)
{
    unsigned char byte;
    memcpy(&byte, raw, sizeof byte);
    return byte != 0;
}

static void
load_recorder(struct loading *loading, struct sampler *sampler)
{
    struct sampler *raw = loading->raw;
    loading->recording->was_writing = journal_take_back(&raw->journal, &raw->recorder);
    sampler->recorder = raw->recorder;
    load_list(loading, &sampler->recorder.holds, &raw->recorder.holds);
    load_list(loading, &sampler->recorder.stalls, &raw->recorder.stalls);
    for (int32_t slot = 0; slot < RECORDER_MAX_HOLDERS; slot++) {
        sampler->holders.threads[slot].thread = raw->holders.threads[slot].thread;
    }
}

static void
load_waiters(struct loading *loading, struct waiters *waiters, const struct waiters *raw)
{
    waiters->is_on = read_bool(&raw->is_on);
    waiters->stall_ns = raw->stall_ns;
    waiters->span = raw->span;
    waiters->pool.max_bytes = SIZE_MAX;
    waiters->victim_count = raw->victim_count;
    waiters->victims_full_ns = raw->victims_full_ns;
    waiters->victims =
        load_array(loading, raw->victims, &waiters->victim_count, sizeof *waiters->victims);
    waiters->victim_capacity = waiters->victim_count;
}

static void
load_activity(struct loading *loading, struct activity *activity, const struct activity *raw)
{
    activity->knows_clocks =
        read_bool(&raw->knows_clocks) && !read_bool((const bool *)&raw->rows.is_in_disorder);
    activity->slots = raw->slots;
    activity->folded_cpu_ns = raw->folded_cpu_ns;
    for (int32_t slot = 0; slot < RECORDER_MAX_HOLDERS; slot++) {
        activity->threads[slot] = (struct active_thread){
            .number = raw->threads[slot].number,
            .was_read = read_bool(&raw->threads[slot].was_read),
            .cpu_ns = raw->threads[slot].cpu_ns,
        };
    }
    if (activity->knows_clocks) {
        activity->rows.bucket_ns = raw->rows.bucket_ns;
        activity->rows.count = raw->rows.count;
        activity->rows.items = load_array(loading, raw->rows.items, &activity->rows.count,
                                          sizeof *activity->rows.items);
    }
}

/* What is said of the time; the threads' own sums are the recorder's. */
static void
load_world(struct watched_world *world, const struct watched_world *raw)
{
    world->attachments.time = raw->attachments.time;
    world->pauses = raw->pauses;
    world->pauses.is_open = read_bool(&raw->pauses.is_open);
}

static void
load_pace(struct pace *pace, const struct pace *raw, const struct recorder *recorder)
{
    uint64_t length_ns = recorder->last.now_ns - recorder->start_ns;
    uint64_t throttled_ns = pace_throttled_ns(raw, recorder->last.now_ns);
    *pace = (struct pace){
        .interval_ns = raw->interval_ns,
        .pause_ns = raw->interval_ns,
        .throttled_total_ns = throttled_ns < length_ns ? throttled_ns : length_ns,
    };
}

void
load_sampler(struct loading *loading)
{
    struct sampler *sampler = loading->recording->sampler;
    const struct sampler *raw = loading->raw;
    sampler->sampling = (struct sampling){
        .interval_ns = raw->sampling.interval_ns,
        .stall_ns = raw->sampling.stall_ns,
        .takes_stacks = read_bool(&raw->sampling.takes_stacks),
        .knows_frames = read_bool(&raw->sampling.knows_frames),
        .sees_requests = read_bool(&raw->sampling.sees_requests),
    };
    sampler->counts_waiters = read_bool(&raw->counts_waiters);
    load_recorder(loading, sampler);
    atomic_init(&sampler->stacks.collection.sequence,
                atomic_load(&raw->stacks.collection.sequence));
    load_profile(loading, &sampler->stacks.profile, &raw->stacks.profile);
    load_waiters(loading, &sampler->waiters, &raw->waiters);
    load_activity(loading, &sampler->activity, &raw->activity);
    load_world(&sampler->world, &raw->world);
    load_pace(&sampler->pace, &raw->pace, &sampler->recorder);
    atomic_store(&sampler->numbering, atomic_load(&raw->numbering));
    sampler->is_over = true;
    loading->recording->is_ended = read_bool(&raw->is_over);
}
