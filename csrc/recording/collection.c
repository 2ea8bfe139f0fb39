#include "recording/collection.h"

#include <stdio.h>

void
collection_init(struct collection *collection)
{
    atomic_init(&collection->sequence, 0);
    atomic_init(&collection->thread, 0);
    atomic_init(&collection->frame, 0);
    atomic_init(&collection->generation, 0);
}

/* A beginning without an end, or an end without a beginning, is that of a collection during which
   somebody has changed the list of callbacks. */
static void
go_to(struct collection *collection, unsigned parity)
{
    uint64_t sequence = atomic_load_explicit(&collection->sequence, memory_order_relaxed);
    uint64_t step = sequence % 2 == parity ? 2 : 1;
    atomic_store_explicit(&collection->sequence, sequence + step, memory_order_release);
}

void
collection_begin(struct collection *collection, gil_holder thread, uintptr_t frame, int generation)
{
    atomic_store_explicit(&collection->thread, thread, memory_order_relaxed);
    atomic_store_explicit(&collection->frame, frame, memory_order_relaxed);
    atomic_store_explicit(&collection->generation, generation, memory_order_relaxed);
    go_to(collection, 1);
}

void
collection_end(struct collection *collection)
{
    go_to(collection, 0);
}

uint64_t
collection_count(const struct collection *collection)
{
    return atomic_load_explicit(&collection->sequence, memory_order_relaxed) / 2;
}

struct collection_seen
collection_look(const struct collection *collection, gil_holder thread)
{
    struct collection_seen seen = {
        .sequence = atomic_load_explicit(&collection->sequence, memory_order_acquire),
        .frame = atomic_load_explicit(&collection->frame, memory_order_relaxed),
        .generation = atomic_load_explicit(&collection->generation, memory_order_relaxed),
    };
    gil_holder collector = atomic_load_explicit(&collection->thread, memory_order_relaxed);
    if (seen.sequence % 2 == 0 || collector != thread) {
        return (struct collection_seen){.sequence = 0};
    }
    return seen;
}

bool
collection_goes_on(const struct collection *collection, const struct collection_seen *seen)
{
    atomic_thread_fence(memory_order_acquire);
    return seen->sequence != 0 &&
           atomic_load_explicit(&collection->sequence, memory_order_relaxed) == seen->sequence;
}

struct named_frame
collection_frame(const struct collection_seen *seen, char name[COLLECTION_NAME_BYTES])
{
    snprintf(name, COLLECTION_NAME_BYTES, "generation %d", seen->generation);
    return (struct named_frame){.file = "<GC>", .function = name};
}
