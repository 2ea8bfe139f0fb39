/* The census: objects are found by their addresses, however many, and however alike these are. */

#include "check.h"
#include "references/census.h"

enum { MANY = 100000 };

static char memory[MANY];

static void
an_empty_census_has_nothing(void)
{
    struct census census = {.entries = NULL};
    CHECK(census_find(&census, memory) == CENSUS_NONE);
    census_destroy(&census);
    CHECK(census.count == 0);
}

static void
each_object_is_found_at_its_place(size_t distance)
{
    struct census census = {.entries = NULL};
    size_t count = MANY / distance;
    for (size_t i = 0; i < count; i++) {
        CHECK(census_find(&census, &memory[i * distance]) == CENSUS_NONE);
        CHECK(census_add(&census, &memory[i * distance]) == i);
    }
    CHECK(census.count == count);
    for (size_t i = 0; i < count; i++) {
        CHECK(census_find(&census, &memory[i * distance]) == i);
        CHECK(census.entries[i].object == &memory[i * distance]);
        CHECK(census.entries[i].steps == 0);
    }
    CHECK(census_find(&census, &census) == CENSUS_NONE);
    census_destroy(&census);
    CHECK(census_find(&census, memory) == CENSUS_NONE);
}

int
main(void)
{
    an_empty_census_has_nothing();
    each_object_is_found_at_its_place(1);
    each_object_is_found_at_its_place(16);
    each_object_is_found_at_its_place(4096);
    return EXIT_SUCCESS;
}
