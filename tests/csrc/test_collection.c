/* A collection is seen in its own thread, from its beginning to its end. */

#include "check.h"
#include "recording/collection.h"

static void
a_collection_is_seen_in_its_thread_alone(void)
{
    struct collection collection;
    collection_init(&collection);
    CHECK(collection_look(&collection, 7).sequence == 0);
    collection_begin(&collection, 7, 99, 2);
    struct collection_seen seen = collection_look(&collection, 7);
    CHECK(seen.sequence != 0 && seen.frame == 99 && seen.generation == 2);
    CHECK(collection_look(&collection, 8).sequence == 0);
    CHECK(collection_goes_on(&collection, &seen));
    collection_end(&collection);
    CHECK(!collection_goes_on(&collection, &seen) && collection_look(&collection, 7).sequence == 0);
}

static void
the_next_collection_is_another(void)
{
    struct collection collection;
    collection_init(&collection);
    collection_begin(&collection, 7, 99, 2);
    struct collection_seen seen = collection_look(&collection, 7);
    collection_end(&collection);
    collection_begin(&collection, 7, 99, 2);
    CHECK(!collection_goes_on(&collection, &seen));
    CHECK(collection_look(&collection, 7).sequence != 0);
}

/* Of a list of callbacks that changes, only one of the two may be seen. */
static void
halves_are_survived(void)
{
    struct collection collection;
    collection_init(&collection);
    collection_end(&collection);
    CHECK(collection_look(&collection, 7).sequence == 0);
    collection_begin(&collection, 7, 1, 0);
    struct collection_seen seen = collection_look(&collection, 7);
    collection_begin(&collection, 7, 2, 1);
    CHECK(!collection_goes_on(&collection, &seen));
    CHECK(collection_look(&collection, 7).generation == 1);
    collection_end(&collection);
    CHECK(collection_look(&collection, 7).sequence == 0);
}

int
main(void)
{
    a_collection_is_seen_in_its_thread_alone();
    the_next_collection_is_another();
    halves_are_survived();
    return 0;
}
