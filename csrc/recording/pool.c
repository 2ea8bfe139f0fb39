#include "recording/pool.h"

#include <string.h>

enum { FIRST_CAPACITY = 64 };

void *
pool_grow(struct pool *pool, void *items, size_t item_size, size_t count, size_t more,
          size_t *capacity)
{
    size_t larger = *capacity == 0 ? FIRST_CAPACITY : *capacity;
    if (items != NULL && count + more <= *capacity) {
        return items;
    }
    while (larger < count + more) {
        larger *= 2;
    }
    size_t growth = (larger - *capacity) * item_size;
    if (growth > pool->max_bytes - pool->bytes) {
        return NULL;
    }
    void *moved = arena_resize(pool->arena, items, *capacity * item_size, larger * item_size);
    if (moved != NULL) {
        pool->bytes += growth;
        *capacity = larger;
    }
    return moved;
}

uint32_t
pool_index_find(const struct pool_index *index, uint32_t hash, pool_match is_match,
                const void *owner, const void *wanted)
{
    if (index->slot_count == 0) {
        return POOL_NONE;
    }
    for (size_t place = hash;; place++) {
        const struct pool_slot *slot = &index->slots[place & (index->slot_count - 1)];
        if (slot->number == 0) {
            return POOL_NONE;
        }
        if (slot->hash == hash && is_match(owner, slot->number - 1, wanted)) {
            return slot->number - 1;
        }
    }
}

static void
fill_free_slot(struct pool_slot *slots, size_t slot_count, struct pool_slot filled)
{
    size_t place = filled.hash;
    while (slots[place & (slot_count - 1)].number != 0) {
        place++;
    }
    slots[place & (slot_count - 1)] = filled;
}

static bool
grow_index(struct pool *pool, struct pool_index *index)
{
    size_t larger = index->slot_count == 0 ? 2 * FIRST_CAPACITY : 2 * index->slot_count;
    size_t growth = (larger - index->slot_count) * sizeof *index->slots;
    struct pool_slot *slots = NULL;
    if (growth <= pool->max_bytes - pool->bytes) {
        slots = arena_resize(pool->arena, NULL, 0, larger * sizeof *slots);
    }
    if (slots == NULL) {
        return false;
    }
    memset(slots, 0, larger * sizeof *slots);
    for (size_t i = 0; i < index->slot_count; i++) {
        if (index->slots[i].number != 0) {
            fill_free_slot(slots, larger, index->slots[i]);
        }
    }
    arena_free(pool->arena, index->slots);
    index->slots = slots;
    index->slot_count = larger;
    pool->bytes += growth;
    return true;
}

bool
pool_index_add(struct pool *pool, struct pool_index *index, uint32_t hash, uint32_t number)
{
    if (2 * (index->count + 1) > index->slot_count && !grow_index(pool, index)) {
        return false;
    }
    fill_free_slot(index->slots, index->slot_count, (struct pool_slot){hash, number + 1});
    index->count++;
    return true;
}

/* FNV-1a. */
uint32_t
pool_hash(uint32_t hash, const void *bytes, size_t size)
{
    const unsigned char *from = bytes;
    hash ^= 0x811C9DC5u;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ from[i]) * 0x01000193u;
    }
    return hash ^ hash >> 15;
}
