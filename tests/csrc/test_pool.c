/* The pool: arrays and an index that grow, within a limit that they share. */

#include "check.h"
#include "recording/pool.h"

static bool
is_equal(const void *owner, uint32_t number, const void *wanted)
{
    return ((const uint64_t *)owner)[number] == *(const uint64_t *)wanted;
}

static uint32_t
hash_of(uint64_t item)
{
    return pool_hash(0, &item, sizeof item);
}

static void
an_index_finds_what_was_added_and_nothing_else(void)
{
    struct pool pool = {.max_bytes = 1 << 20};
    struct pool_index index = {.slots = NULL};
    uint64_t *items = NULL;
    size_t capacity = 0;
    for (uint32_t i = 0; i < 5000; i++) {
        uint64_t item = i * 7u;
        CHECK(pool_index_find(&index, hash_of(item), is_equal, items, &item) == POOL_NONE);
        items = pool_grow(&pool, items, sizeof *items, i, 1, &capacity);
        CHECK(items != NULL && pool_index_add(&pool, &index, hash_of(item), i));
        items[i] = item;
    }
    for (uint32_t i = 0; i < 5000; i++) {
        uint64_t item = i * 7u, other = i * 7u + 1;
        CHECK(pool_index_find(&index, hash_of(item), is_equal, items, &item) == i);
        CHECK(pool_index_find(&index, hash_of(other), is_equal, items, &other) == POOL_NONE);
    }
    CHECK(pool.bytes == capacity * sizeof *items + index.slot_count * sizeof *index.slots);
    free(items);
    free(index.slots);
}

/* All with one hash. */
static void
an_index_tells_items_of_the_same_hash_apart(void)
{
    struct pool pool = {.max_bytes = 1 << 20};
    struct pool_index index = {.slots = NULL};
    uint64_t items[200];
    for (uint32_t i = 0; i < 200; i++) {
        items[i] = i;
        CHECK(pool_index_add(&pool, &index, UINT32_MAX, i));
    }
    for (uint32_t i = 0; i < 200; i++) {
        CHECK(pool_index_find(&index, UINT32_MAX, is_equal, items, &items[i]) == i);
    }
    free(index.slots);
}

static void
nothing_grows_beyond_the_limit(void)
{
    struct pool pool = {.max_bytes = 2000};
    struct pool_index index = {.slots = NULL};
    size_t capacity = 0, before = 0;
    char *bytes = pool_grow(&pool, NULL, 1, 0, 1000, &capacity);
    CHECK(bytes != NULL && capacity >= 1000 && pool.bytes == capacity);
    before = capacity;
    CHECK(pool_grow(&pool, bytes, 1, capacity, 1, &capacity) == NULL);
    CHECK(capacity == before && pool.bytes == before);
    CHECK(!pool_index_add(&pool, &index, 1, 0) && index.slots == NULL);
    free(bytes);
}

int
main(void)
{
    an_index_finds_what_was_added_and_nothing_else();
    an_index_tells_items_of_the_same_hash_apart();
    nothing_grows_beyond_the_limit();
    return 0;
}
