/* The loops return what is published, and what a slow way of the same returns. */

#include "loops/loops.h"

#include <string.h>

#include "check.h"
#include "loops/loop_table.h"

enum { LARGEST = 3 * 524288 + 2 };

static void
test_spin(void)
{
    const uint64_t seed = UINT64_C(0x0123456789ABCDEF);
    CHECK(gilext_spin(0, seed) == seed);
    CHECK(gilext_spin(1, 0) == UINT64_C(0x9E3779B97F4A7C15));
    for (uint64_t first = 0; first <= 1000; first += 100) {
        CHECK(gilext_spin(1000, seed) == gilext_spin(1000 - first, gilext_spin(first, seed)));
    }
}

static void
test_published_counts_of_primes(void)
{
    CHECK(gilext_count_primes(0) == 0);
    CHECK(gilext_count_primes(1) == 0);
    CHECK(gilext_count_primes(2) == 1);
    CHECK(gilext_count_primes(3) == 2);
    CHECK(gilext_count_primes(10) == 4);
    CHECK(gilext_count_primes(100) == 25);
    CHECK(gilext_count_primes(1000000) == 78498);
    CHECK(gilext_count_primes(10000000) == 664579);
}

static void
test_counts_of_primes_against_a_naive_sieve(void)
{
    static unsigned char is_composite[LARGEST + 1];
    for (size_t number = 2; number * number <= LARGEST; number++) {
        for (size_t multiple = 2 * number; multiple <= LARGEST; multiple += number) {
            is_composite[multiple] = 1;
        }
    }
    uint64_t count = 0;
    for (size_t number = 2; number <= LARGEST; number++) {
        count += !is_composite[number];
        size_t from_edge = (number + 2) % 524288;
        if (number < 1000 || from_edge <= 4) {
            CHECK(gilext_count_primes(number) == count);
        }
    }
}

static void
test_checksum(void)
{
    CHECK(gilext_checksum(NULL, 0) == UINT64_C(0xCBF29CE484222325));
    CHECK(gilext_checksum("a", 1) == UINT64_C(0xAF63DC4C8601EC8C));
    CHECK(gilext_checksum("foobar", strlen("foobar")) == UINT64_C(0x85944171F73967E8));
    CHECK(gilext_checksum("foobar", 5) != gilext_checksum("foobar", 6));
}

static void
test_checksum_goes_on_from_any_byte(void)
{
    for (size_t first = 0; first <= 6; first++) {
        uint64_t hash = gilext_checksum("foobar", first);
        CHECK(continue_checksum(hash, &"foobar"[first], 6 - first) == gilext_checksum("foobar", 6));
    }
}

static void
test_loop_of_the_table_is_the_exported_one(void)
{
    atomic_bool is_stopping = false;
    const uint64_t many = (UINT64_C(1) << 24) + 3; /* more than is done between two looks */
    static unsigned char data[(1 << 24) + 3];
    struct loop_argument argument = {.number = many, .data = data, .length = sizeof data};
    for (size_t i = 0; i < sizeof data; i += 1000) {
        data[i] = (unsigned char)(i / 1000);
    }
    CHECK(loops[0].run(&argument, &is_stopping) == gilext_spin(many, 0));
    CHECK(loops[1].run(&argument, &is_stopping) == gilext_count_primes(many));
    CHECK(loops[2].run(&argument, &is_stopping) == gilext_checksum(data, sizeof data));
}

static void
test_loop_of_the_table_stops_early(void)
{
    atomic_bool is_stopping = true;
    static const unsigned char data[] = "foobar";
    struct loop_argument argument = {
        .number = GILEXT_PRIMES_LIMIT, .data = data, .length = (size_t)1 << 40};
    for (size_t i = 0; i < LOOP_COUNT; i++) {
        loops[i].run(&argument, &is_stopping);
    }
}

int
main(void)
{
    test_spin();
    test_published_counts_of_primes();
    test_counts_of_primes_against_a_naive_sieve();
    test_checksum();
    test_checksum_goes_on_from_any_byte();
    test_loop_of_the_table_is_the_exported_one();
    test_loop_of_the_table_stops_early();
    return EXIT_SUCCESS;
}
