/* The objects of a gilext._native.Census: each once, in the order in which they came, and found
   by its address. A Python author would call it a dict from id() to a place in a list. No
   Python.h here: whose references these are is told in py_census.h. */

#ifndef GILEXT_CENSUS_H
#define GILEXT_CENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static const size_t CENSUS_NONE = SIZE_MAX; /* no entry has that place */

struct census_entry {
    void *object;
    intptr_t protected_count; /* its references when it came to be protected */
    unsigned steps;           /* how many steps on from it are yet to be gone */
};

struct census {
    struct census_entry *entries;
    size_t count;
    size_t capacity;
    struct census_slot *slots; /* at least twice as many as entries; a power of two, or none */
    size_t slot_count;
};

/* The place of an object, or CENSUS_NONE. */
size_t census_find(const struct census *census, const void *object);

/* Add an object that isn't there yet. Its place, or CENSUS_NONE if there is no memory; then
   nothing has changed. */
size_t census_add(struct census *census, void *object);

/* Free the memory, and leave an empty census. */
void census_destroy(struct census *census);

#endif
