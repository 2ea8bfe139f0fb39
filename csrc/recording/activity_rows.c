#include "recording/activity_rows.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

static const uint64_t MAX_BUCKET_NS = UINT64_C(1) << 60;

void
activity_rows_init(struct activity_rows *rows, struct arena *arena, uint64_t bucket_ns,
                   size_t max_count)
{
    memset(rows, 0, sizeof *rows);
    rows->arena = arena;
    rows->bucket_ns = bucket_ns;
    rows->max_count = max_count;
    for (int32_t slot = 0; slot < RECORDER_MAX_HOLDERS; slot++) {
        rows->numbers[slot] = RECORDER_NOBODY;
    }
}

void
activity_rows_free(struct activity_rows *rows)
{
    arena_free(rows->arena, rows->items);
}

static void
set_disorder(struct activity_rows *rows, bool is_in_disorder)
{
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&rows->is_in_disorder, is_in_disorder, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
}

/* -- merging --------------------------------------------------------------------------------- */

static int
compare_rows(const void *left, const void *right)
{
    const struct activity_row *a = left, *b = right;
    if (a->bucket != b->bucket) {
        return a->bucket < b->bucket ? -1 : 1;
    }
    return (a->number > b->number) - (a->number < b->number);
}

/* The rows of threads whose slots have become others'. */
static void
fold_rows(struct activity_rows *rows)
{
    int32_t numbers[RECORDER_MAX_HOLDERS];
    memcpy(numbers, rows->numbers, sizeof numbers);
    qsort(numbers, RECORDER_MAX_HOLDERS, sizeof *numbers, compare_holder_numbers);
    for (size_t i = 0; i < rows->count; i++) {
        int32_t *number = &rows->items[i].number;
        if (bsearch(number, numbers, RECORDER_MAX_HOLDERS, sizeof *numbers,
                    compare_holder_numbers) == NULL) {
            *number = ACTIVITY_FOLDED;
        }
    }
}

static void
merge_rows(struct activity_rows *rows)
{
    struct activity_row *items = rows->items;
    size_t kept = 0;
    if (rows->count == 0) {
        return;
    }
    qsort(items, rows->count, sizeof *items, compare_rows);
    for (size_t i = 1; i < rows->count; i++) {
        if (compare_rows(&items[kept], &items[i]) == 0) {
            items[kept].cpu_ns += items[i].cpu_ns;
            items[kept].waited_ns += items[i].waited_ns;
        }
        else {
            items[++kept] = items[i];
        }
    }
    rows->count = kept + 1;
}

static void
double_buckets(struct activity_rows *rows)
{
    rows->bucket_ns *= 2;
    rows->last_bucket /= 2;
    for (size_t i = 0; i < rows->count; i++) {
        rows->items[i].bucket /= 2;
    }
    merge_rows(rows);
}

/* -- room ------------------------------------------------------------------------------------ */

static bool
grow(struct activity_rows *rows)
{
    size_t capacity = rows->capacity == 0 ? FIRST_CAPACITY : 2 * rows->capacity;
    capacity = capacity < rows->max_count ? capacity : rows->max_count;
    struct activity_row *grown = NULL;
    if (capacity > rows->capacity) {
        grown = arena_resize(rows->arena, rows->items, rows->count * sizeof *grown,
                             capacity * sizeof *grown);
    }
    if (grown == NULL) {
        return false;
    }
    rows->items = grown;
    rows->capacity = capacity;
    return true;
}

/* False if there are more threads than rows. */
static bool
make_room(struct activity_rows *rows)
{
    if (rows->count < rows->capacity || grow(rows)) {
        return true;
    }
    set_disorder(rows, true);
    fold_rows(rows);
    merge_rows(rows);
    while (rows->count > rows->capacity / 2 && rows->bucket_ns < MAX_BUCKET_NS) {
        double_buckets(rows);
    }
    set_disorder(rows, false);
    memset(rows->last_rows, 0, sizeof rows->last_rows);
    return rows->count < rows->capacity;
}

static void
go_to_bucket(struct activity_rows *rows, uint32_t bucket)
{
    if (bucket != rows->last_bucket) {
        rows->last_bucket = bucket;
        memset(rows->last_rows, 0, sizeof rows->last_rows);
    }
}

static void
go_to_thread(struct activity_rows *rows, int32_t slot, int32_t number)
{
    if (rows->numbers[slot] != number) {
        rows->numbers[slot] = number;
        rows->last_rows[slot] = 0;
    }
}

struct activity_row *
activity_rows_find(struct activity_rows *rows, int32_t slot, int32_t number, uint64_t time_ns)
{
    go_to_bucket(rows, (uint32_t)(time_ns / rows->bucket_ns));
    go_to_thread(rows, slot, number);
    if (rows->last_rows[slot] == 0) {
        if (!make_room(rows)) {
            return NULL;
        }
        uint32_t bucket = (uint32_t)(time_ns / rows->bucket_ns); /* they may be larger now */
        rows->items[rows->count++] = (struct activity_row){.bucket = bucket, .number = number};
        rows->last_rows[slot] = rows->count;
    }
    return &rows->items[rows->last_rows[slot] - 1];
}

void
activity_rows_number(struct activity_rows *rows, const struct holder_order *order)
{
    set_disorder(rows, true);
    for (size_t i = 0; i < rows->count; i++) {
        rows->items[i].number = holder_order_index(order, rows->items[i].number);
    }
    merge_rows(rows);
    set_disorder(rows, false);
}
