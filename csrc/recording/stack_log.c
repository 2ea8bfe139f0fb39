#include "recording/stack_log.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

void
stack_log_init(struct stack_log *log, size_t max_bytes)
{
    memset(log, 0, sizeof *log);
    atomic_init(&log->full_ns, 0);
    log->max_bytes = max_bytes;
}

void
stack_log_free(struct stack_log *log)
{
    for (size_t i = 0; i < log->frame_count; i++) {
        free(log->frames[i].file);
    }
    free(log->frames);
    free(log->slots);
    free(log->frame_numbers);
    free(log->stacks);
    stack_log_init(log, 0);
}

/* Make room for one more item, within the log's memory. NULL when there is none. */
static void *
grown(struct stack_log *log, void *items, size_t item_size, size_t count, size_t *capacity)
{
    if (count < *capacity) {
        return items;
    }
    size_t larger = *capacity == 0 ? FIRST_CAPACITY : 2 * *capacity;
    size_t more = (larger - *capacity) * item_size;
    if (more > log->max_bytes - log->bytes) {
        return NULL;
    }
    void *moved = realloc(items, larger * item_size);
    if (moved != NULL) {
        log->bytes += more;
        *capacity = larger;
    }
    return moved;
}

/* FNV-1a. */
static uint64_t
frame_hash(const char *file, const char *function, int line)
{
    uint64_t hash = 0xCBF29CE484222325u;
    for (const char *text = file; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char)*text) * 0x100000001B3u;
    }
    for (const char *text = function; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char)*text) * 0x100000001B3u;
    }
    return (hash ^ (uint64_t)(unsigned)line) * 0x100000001B3u;
}

/* The slot of a frame, or the free one that it should have. */
static size_t
find_slot(const struct stack_log *log, const char *file, const char *function, int line)
{
    size_t slot = (size_t)(frame_hash(file, function, line) & (log->slot_count - 1));
    while (log->slots[slot] != 0) {
        const struct logged_frame *frame = &log->frames[log->slots[slot] - 1];
        if (frame->line == line && strcmp(frame->function, function) == 0 &&
            strcmp(frame->file, file) == 0) {
            break;
        }
        slot = (slot + 1) & (log->slot_count - 1);
    }
    return slot;
}

/* Keep at least half of the slots free. */
static bool
grow_slots(struct stack_log *log)
{
    if (2 * (log->frame_count + 1) <= log->slot_count) {
        return true;
    }
    size_t count = log->slot_count == 0 ? 2 * FIRST_CAPACITY : 2 * log->slot_count;
    size_t more = (count - log->slot_count) * sizeof *log->slots;
    uint32_t *slots = NULL;
    if (more <= log->max_bytes - log->bytes) {
        slots = calloc(count, sizeof *slots);
    }
    if (slots == NULL) {
        return false;
    }
    free(log->slots);
    log->slots = slots;
    log->slot_count = count;
    log->bytes += more;
    for (size_t i = 0; i < log->frame_count; i++) {
        const struct logged_frame *frame = &log->frames[i];
        slots[find_slot(log, frame->file, frame->function, frame->line)] = (uint32_t)i + 1;
    }
    return true;
}

static bool
add_new_frame(struct stack_log *log, size_t slot, const char *file, const char *function, int line)
{
    size_t file_size = strlen(file) + 1, function_size = strlen(function) + 1;
    struct logged_frame *frames =
        grown(log, log->frames, sizeof *log->frames, log->frame_count, &log->frame_capacity);
    if (frames == NULL) {
        return false;
    }
    log->frames = frames;
    char *text = NULL;
    if (file_size + function_size <= log->max_bytes - log->bytes) {
        text = malloc(file_size + function_size);
    }
    if (text == NULL) {
        return false;
    }
    log->bytes += file_size + function_size;
    memcpy(text, file, file_size);
    memcpy(text + file_size, function, function_size);
    frames[log->frame_count++] =
        (struct logged_frame){.file = text, .function = text + file_size, .line = line};
    log->slots[slot] = (uint32_t)log->frame_count;
    return true;
}

static bool
add_frame(struct stack_log *log, const char *file, const char *function, int line)
{
    uint32_t *numbers = grown(log, log->frame_numbers, sizeof *log->frame_numbers,
                              log->number_count, &log->number_capacity);
    if (numbers == NULL) {
        return false;
    }
    log->frame_numbers = numbers;
    if (!grow_slots(log)) {
        return false;
    }
    size_t slot = find_slot(log, file, function, line);
    if (log->slots[slot] == 0 && !add_new_frame(log, slot, file, function, line)) {
        return false;
    }
    numbers[log->number_count++] = log->slots[slot] - 1;
    return true;
}

bool
stack_log_add_frame(struct stack_log *log, const char *file, const char *function, int line)
{
    bool is_added = add_frame(log, file, function, line);
    log->lacks_memory = log->lacks_memory || !is_added;
    return is_added;
}

void
stack_log_finish_stack(struct stack_log *log, bool is_whole, uint64_t hold_start_ns,
                       uint64_t taken_ns)
{
    size_t first = 0;
    if (log->stack_count > 0) {
        const struct logged_stack *last = &log->stacks[log->stack_count - 1];
        first = last->first + last->depth;
    }
    struct logged_stack *stacks = NULL;
    if (is_whole && log->number_count > first) {
        stacks =
            grown(log, log->stacks, sizeof *log->stacks, log->stack_count, &log->stack_capacity);
        log->lacks_memory = stacks == NULL;
    }
    if (log->lacks_memory && atomic_load_explicit(&log->full_ns, memory_order_relaxed) == 0) {
        atomic_store_explicit(&log->full_ns, taken_ns, memory_order_relaxed);
    }
    log->lacks_memory = false;
    if (stacks == NULL) {
        log->number_count = first;
        return;
    }
    log->stacks = stacks;
    stacks[log->stack_count++] = (struct logged_stack){
        .hold_start_ns = hold_start_ns,
        .taken_ns = taken_ns,
        .first = first,
        .depth = log->number_count - first,
    };
}
