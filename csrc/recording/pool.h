/* Arrays that grow within a limit that they share, and an index that finds equal items in them: a
   Python author would call it a list and a dict. No Python.h here. */

#ifndef GILEXT_POOL_H
#define GILEXT_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recording/arena.h"

static const uint32_t POOL_NONE = UINT32_MAX; /* no item has that number */

struct pool {
    struct arena *arena; /* NULL: what grows in it is malloc()'s */
    size_t max_bytes;
    size_t bytes; /* of all that grows in it, with the room that isn't used yet */
};

/* Make room for `more` items after the `count` that there are. The array, which may have moved;
   NULL if the limit forbids it or there is no memory, and nothing has changed. */
void *pool_grow(struct pool *pool, void *items, size_t item_size, size_t count, size_t more,
                size_t *capacity);

/* From hashes to the numbers of items. */
struct pool_index {
    struct pool_slot {
        uint32_t hash;
        uint32_t number; /* plus 1; 0: the slot is free */
    } *slots;
    size_t slot_count; /* a power of two, at least twice the items; or 0 */
    size_t count;
};

/* Whether the owner's item of that number is the one that is looked for. */
typedef bool (*pool_match)(const void *owner, uint32_t number, const void *wanted);

/* The number of the item that is like `wanted`, or POOL_NONE. */
uint32_t pool_index_find(const struct pool_index *index, uint32_t hash, pool_match is_match,
                         const void *owner, const void *wanted);

/* Add an item that isn't there yet. False if there is no room. */
bool pool_index_add(struct pool *pool, struct pool_index *index, uint32_t hash, uint32_t number);

/* A hash of some bytes, given one of what comes before them. */
uint32_t pool_hash(uint32_t hash, const void *bytes, size_t size);

#endif
