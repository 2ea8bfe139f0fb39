#include "recording/profile.h"

#include <stdlib.h>
#include <string.h>

void
profile_init(struct profile *profile, struct arena *arena, size_t max_bytes)
{
    memset(profile, 0, sizeof *profile);
    profile->pool.arena = arena;
    profile->pool.max_bytes = max_bytes;
    atomic_init(&profile->full_ns, 0);
}

void
profile_free(struct profile *profile)
{
    if (profile->pool.arena != NULL) {
        return; /* the file keeps it */
    }
    free(profile->text_bytes);
    free(profile->texts);
    free(profile->frames);
    free(profile->frame_numbers);
    free(profile->rows);
    free(profile->moments);
    free(profile->waits);
    free(profile->text_index.slots);
    free(profile->frame_index.slots);
    free(profile->row_index.slots);
    free(profile->wait_index.slots);
    profile_init(profile, NULL, 0);
}

void
profile_note_full(struct profile *profile, uint64_t now_ns)
{
    if (atomic_load_explicit(&profile->full_ns, memory_order_relaxed) == 0) {
        atomic_store_explicit(&profile->full_ns, now_ns, memory_order_relaxed);
    }
}

/* -- texts ---------------------------------------------------------------------------------- */

static bool
is_text(const void *owner, uint32_t number, const void *wanted)
{
    return strcmp(profile_text_at(owner, number), wanted) == 0;
}

static bool
make_room_for_text(struct profile *profile, size_t size)
{
    char *bytes = pool_grow(&profile->pool, profile->text_bytes, 1, profile->text_size, size,
                            &profile->text_capacity);
    if (bytes == NULL) {
        return false;
    }
    profile->text_bytes = bytes;
    size_t *texts = pool_grow(&profile->pool, profile->texts, sizeof *texts, profile->text_count, 1,
                              &profile->texts_capacity);
    if (texts == NULL) {
        return false;
    }
    profile->texts = texts;
    return true;
}

uint32_t
profile_add_text(struct profile *profile, const char *text)
{
    size_t size = strlen(text) + 1;
    uint32_t hash = pool_hash(0, text, size), number = (uint32_t)profile->text_count;
    uint32_t found = pool_index_find(&profile->text_index, hash, is_text, profile, text);
    if (found != POOL_NONE) {
        return found;
    }
    if (!make_room_for_text(profile, size) ||
        !pool_index_add(&profile->pool, &profile->text_index, hash, number)) {
        return POOL_NONE;
    }
    memcpy(profile->text_bytes + profile->text_size, text, size);
    profile->texts[profile->text_count++] = profile->text_size;
    profile->text_size += size;
    return number;
}

/* -- frames --------------------------------------------------------------------------------- */

static bool
is_frame(const void *owner, uint32_t number, const void *wanted)
{
    const struct profile_frame *kept = &((const struct profile *)owner)->frames[number];
    const struct profile_frame *frame = wanted;
    return memcmp(kept, frame, sizeof *kept) == 0; /* whole numbers without gaps */
}

uint32_t
profile_add_frame(struct profile *profile, const struct profile_frame *frame)
{
    uint32_t hash = pool_hash(0, frame, sizeof *frame), number = (uint32_t)profile->frame_count;
    uint32_t found = pool_index_find(&profile->frame_index, hash, is_frame, profile, frame);
    if (found != POOL_NONE) {
        return found;
    }
    struct profile_frame *frames = pool_grow(&profile->pool, profile->frames, sizeof *frames,
                                             profile->frame_count, 1, &profile->frame_capacity);
    if (frames == NULL) {
        return POOL_NONE;
    }
    profile->frames = frames;
    if (!pool_index_add(&profile->pool, &profile->frame_index, hash, number)) {
        return POOL_NONE;
    }
    frames[profile->frame_count++] = *frame;
    return number;
}

/* -- rows ----------------------------------------------------------------------------------- */

static bool
is_row(const void *owner, uint32_t number, const void *wanted)
{
    const struct profile *profile = owner;
    const struct profile_row *row = &profile->rows[number];
    const struct profile_stack *stack = wanted;
    return row->holder == stack->holder && row->depth == stack->depth &&
           row->callable == stack->callable &&
           memcmp(&profile->frame_numbers[row->first], stack->frames,
                  stack->depth * sizeof *stack->frames) == 0;
}

static bool
make_room_for_row(struct profile *profile, size_t depth)
{
    struct profile_row *rows = pool_grow(&profile->pool, profile->rows, sizeof *rows,
                                         profile->row_count, 1, &profile->row_capacity);
    if (rows == NULL) {
        return false;
    }
    profile->rows = rows;
    uint32_t *numbers = pool_grow(&profile->pool, profile->frame_numbers, sizeof *numbers,
                                  profile->number_count, depth, &profile->number_capacity);
    if (numbers == NULL) {
        return false;
    }
    profile->frame_numbers = numbers;
    return true;
}

uint32_t
profile_add_row(struct profile *profile, const struct profile_stack *stack)
{
    size_t frames_size = stack->depth * sizeof *stack->frames;
    uint32_t hash = pool_hash((uint32_t)stack->holder, &stack->callable, sizeof stack->callable);
    hash = pool_hash(hash, stack->frames, frames_size);
    uint32_t found = pool_index_find(&profile->row_index, hash, is_row, profile, stack);
    uint32_t number = (uint32_t)profile->row_count;
    if (found != POOL_NONE) {
        return found;
    }
    if (!make_room_for_row(profile, stack->depth) ||
        !pool_index_add(&profile->pool, &profile->row_index, hash, number)) {
        return POOL_NONE;
    }
    memcpy(&profile->frame_numbers[profile->number_count], stack->frames, frames_size);
    profile->rows[profile->row_count++] = (struct profile_row){
        .holder = stack->holder,
        .callable = stack->callable,
        .first = profile->number_count,
        .depth = stack->depth,
    };
    profile->number_count += stack->depth;
    return number;
}

void
profile_add_share(struct profile *profile, uint32_t number, const struct profile_share *share)
{
    struct profile_row *row = &profile->rows[number];
    row->held_ns += share->held_ns;
    row->weight_ns += share->weight_ns;
    row->waiting_ns += share->weight_ns * share->waiters;
    row->holds += row->last_hold_ns != share->hold_ns;
    row->last_hold_ns = share->hold_ns;
    row->longest_ns = share->seen_ns > row->longest_ns ? share->seen_ns : row->longest_ns;
}

void
profile_add_attached(struct profile *profile, uint32_t row, uint64_t attached_ns,
                     uint64_t weight_ns)
{
    profile->rows[row].attached_ns += attached_ns;
    profile->rows[row].attached_weight_ns += weight_ns;
}

/* -- moments and waits ---------------------------------------------------------------------- */

bool
profile_add_moment(struct profile *profile, const struct profile_moment *moment)
{
    struct profile_moment *moments = pool_grow(&profile->pool, profile->moments, sizeof *moments,
                                               profile->moment_count, 1, &profile->moment_capacity);
    if (moments == NULL) {
        return false;
    }
    profile->moments = moments;
    moments[profile->moment_count++] = *moment;
    return true;
}

static bool
is_wait(const void *owner, uint32_t number, const void *wanted)
{
    const struct profile_wait *kept = &((const struct profile *)owner)->waits[number];
    const struct profile_wait *wait = wanted;
    return kept->row == wait->row && kept->victim == wait->victim;
}

bool
profile_add_wait(struct profile *profile, uint32_t row, int32_t victim, uint64_t waited_ns)
{
    const struct profile_wait wait = {.waited_ns = waited_ns, .row = row, .victim = victim};
    uint32_t hash = pool_hash(pool_hash(0, &row, sizeof row), &victim, sizeof victim);
    uint32_t found = pool_index_find(&profile->wait_index, hash, is_wait, profile, &wait);
    if (found != POOL_NONE) {
        profile->waits[found].waited_ns += waited_ns;
        return true;
    }
    struct profile_wait *waits = pool_grow(&profile->pool, profile->waits, sizeof *waits,
                                           profile->wait_count, 1, &profile->wait_capacity);
    if (waits == NULL) {
        return false;
    }
    profile->waits = waits;
    if (!pool_index_add(&profile->pool, &profile->wait_index, hash,
                        (uint32_t)profile->wait_count)) {
        return false;
    }
    waits[profile->wait_count++] = wait;
    return true;
}
