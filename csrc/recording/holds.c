#include "recording/holds.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 1024 };

/* -- in order ------------------------------------------------------------------------------- */

void
hold_list_append(struct hold_list *list, const struct hold *hold)
{
    if (list->full_ns != 0) {
        return;
    }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? FIRST_CAPACITY : 2 * list->capacity;
        capacity = capacity < list->max_count ? capacity : list->max_count;
        struct hold *grown = NULL;
        if (capacity > list->capacity) {
            grown = arena_resize(list->arena, list->items, list->count * sizeof *grown,
                                 capacity * sizeof *grown);
        }
        if (grown == NULL) {
            list->full_ns = hold->start_ns;
            return;
        }
        list->items = grown;
        list->capacity = capacity;
    }
    list->items[list->count++] = *hold;
}

void
hold_list_free(struct hold_list *list)
{
    if (list->arena == NULL) { /* otherwise the file keeps them */
        free(list->items);
        *list = (struct hold_list){0};
    }
}

/* -- the longest ---------------------------------------------------------------------------- */

static void
sift_down(struct hold *heap, size_t count)
{
    size_t parent = 0;
    for (;;) {
        size_t least = parent;
        for (size_t child = 2 * parent + 1; child <= 2 * parent + 2 && child < count; child++) {
            least = hold_length(&heap[child]) < hold_length(&heap[least]) ? child : least;
        }
        if (least == parent) {
            return;
        }
        struct hold moved = heap[parent];
        heap[parent] = heap[least];
        heap[least] = moved;
        parent = least;
    }
}

static void
sift_up(struct hold *heap, size_t child)
{
    while (child > 0) {
        size_t parent = (child - 1) / 2;
        if (hold_length(&heap[parent]) <= hold_length(&heap[child])) {
            return;
        }
        struct hold moved = heap[parent];
        heap[parent] = heap[child];
        heap[child] = moved;
        child = parent;
    }
}

void
longest_holds_add(struct longest_holds *longest, const struct hold *hold)
{
    if (longest->count < MAX_LONGEST_HOLDS) {
        longest->heap[longest->count] = *hold;
        sift_up(longest->heap, longest->count++);
    }
    else if (hold_length(hold) > hold_length(&longest->heap[0])) {
        longest->heap[0] = *hold;
        sift_down(longest->heap, longest->count);
    }
}
