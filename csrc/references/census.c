#include "references/census.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 1024 };

struct census_slot {
    const void *object; /* NULL: the slot is free */
    size_t place;
};

/* The lowest bits of addresses are alike, and so are the highest: the product mixes both. */
static size_t
slot_of(const void *object, size_t slot_count)
{
    uint64_t mixed = (uint64_t)(uintptr_t)object * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(mixed >> 32) & (slot_count - 1);
}

size_t
census_find(const struct census *census, const void *object)
{
    if (census->slot_count == 0) {
        return CENSUS_NONE;
    }
    for (size_t i = slot_of(object, census->slot_count);; i = (i + 1) & (census->slot_count - 1)) {
        const struct census_slot *slot = &census->slots[i];
        if (slot->object == object) {
            return slot->place;
        }
        if (slot->object == NULL) {
            return CENSUS_NONE;
        }
    }
}

static void
fill_free_slot(struct census_slot *slots, size_t slot_count, const void *object, size_t place)
{
    size_t i = slot_of(object, slot_count);
    while (slots[i].object != NULL) {
        i = (i + 1) & (slot_count - 1);
    }
    slots[i] = (struct census_slot){.object = object, .place = place};
}

static bool
grow_slots(struct census *census, size_t slot_count)
{
    struct census_slot *slots = calloc(slot_count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t place = 0; place < census->count; place++) {
        fill_free_slot(slots, slot_count, census->entries[place].object, place);
    }
    free(census->slots);
    census->slots = slots;
    census->slot_count = slot_count;
    return true;
}

static bool
grow(struct census *census)
{
    size_t capacity = census->capacity == 0 ? FIRST_CAPACITY : 2 * census->capacity;
    if (capacity > SIZE_MAX / sizeof *census->entries) {
        return false;
    }
    if (census->slot_count < 2 * capacity && !grow_slots(census, 2 * capacity)) {
        return false;
    }
    struct census_entry *entries = realloc(census->entries, capacity * sizeof *entries);
    if (entries == NULL) {
        return false;
    }
    census->entries = entries;
    census->capacity = capacity;
    return true;
}

size_t
census_add(struct census *census, void *object)
{
    if (census->count == census->capacity && !grow(census)) {
        return CENSUS_NONE;
    }
    size_t place = census->count++;
    census->entries[place] = (struct census_entry){.object = object};
    fill_free_slot(census->slots, census->slot_count, object, place);
    return place;
}

void
census_destroy(struct census *census)
{
    free(census->entries);
    free(census->slots);
    *census = (struct census){.entries = NULL};
}
