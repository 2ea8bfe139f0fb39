#include "loops/loop_table.h"

/* Steps, or bytes, between two looks at `is_stopping`: some ten milliseconds. */
enum { SLICE = 1 << 23 };

static bool
is_set(const atomic_bool *is_stopping)
{
    return atomic_load_explicit(is_stopping, memory_order_relaxed);
}

static uint64_t
run_spin(const struct loop_argument *argument, const atomic_bool *is_stopping)
{
    uint64_t left = argument->number;
    uint64_t chain = 0;
    while (left > 0 && !is_set(is_stopping)) {
        uint64_t now = left < SLICE ? left : SLICE;
        chain = gilext_spin(now, chain);
        left -= now;
    }
    return chain;
}

static uint64_t
run_count_primes(const struct loop_argument *argument, const atomic_bool *is_stopping)
{
    return count_primes_unless(argument->number, is_stopping);
}

static uint64_t
run_checksum(const struct loop_argument *argument, const atomic_bool *is_stopping)
{
    const unsigned char *bytes = argument->data;
    size_t left = argument->length;
    uint64_t hash = gilext_checksum(NULL, 0);
    while (left > 0 && !is_set(is_stopping)) {
        size_t now = left < SLICE ? left : SLICE;
        hash = continue_checksum(hash, bytes, now);
        bytes += now;
        left -= now;
    }
    return hash;
}

const struct loop loops[LOOP_COUNT] = {
    {.name = "spin", .limit = UINT64_MAX, .run = run_spin},
    {.name = "count_primes",
     .limit = GILEXT_PRIMES_LIMIT,
     .run = run_count_primes,
     .can_run_out = true},
    {.name = "checksum", .takes_buffer = true, .run = run_checksum},
};
