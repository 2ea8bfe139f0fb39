/* The loops. In Python: gilext.spin_*, count_primes_*, checksum_*. */

#include "loops/loops.h"

#include <stdlib.h>
#include <string.h>

#include "loops/loop_table.h"

/* -- spin --------------------------------------------------------------------------------- */

/* An affine step (x * a + b) has a closed form, and a compiler may use it. The shift-xor before
   the multiplication takes that away: each step needs the one before it, so the chain can be
   neither shortened nor vectorised. Multiplier: MIX_A of rrmxmx (Evensen, 2018); increment: the
   odd number nearest 2**64 / golden ratio, so that 0 is not a fixed point. */
GILEXT_API uint64_t
gilext_spin(uint64_t iterations, uint64_t seed)
{
    uint64_t x = seed;
    for (uint64_t i = 0; i < iterations; i++) {
        x = (x ^ (x >> 32)) * UINT64_C(0x9FB21C651E98DF25) + UINT64_C(0x9E3779B97F4A7C15);
    }
    return x;
}

/* -- count_primes: a segmented sieve of Eratosthenes over the odd numbers ------------------ */

/* Bit i of a sieve stands for the odd number 2 * i + 1 and is set when that is composite.
   Number 1 is never set: it is counted in the place of the one even prime. */
enum {
    BITS_PER_WORD = 64,
    SEGMENT_WORDS = 4096, /* 32 KiB: a first-level data cache */
    SEGMENT_BITS = SEGMENT_WORDS * BITS_PER_WORD,
    BASE_LIMIT = 1000000, /* square root of the largest limit */
    BASE_BITS = BASE_LIMIT / 2,
    BASE_WORDS = (BASE_BITS + BITS_PER_WORD - 1) / BITS_PER_WORD,
};

static void
mark_multiples(uint64_t *bits, uint64_t bit_count, uint64_t first, uint64_t step)
{
    for (uint64_t i = first; i < bit_count; i += step) {
        bits[i / BITS_PER_WORD] |= UINT64_C(1) << (i % BITS_PER_WORD);
    }
}

static int
is_marked(const uint64_t *bits, uint64_t i)
{
    return (int)(bits[i / BITS_PER_WORD] >> (i % BITS_PER_WORD) & 1);
}

static uint64_t
index_of(uint64_t odd_number)
{
    return odd_number / 2;
}

static uint64_t
square_root(uint64_t x)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit > 0; bit >>= 1) {
        if ((root + bit) * (root + bit) <= x) {
            root += bit;
        }
    }
    return root;
}

/* Sieve the odd numbers up to `root`: the primes among them sieve everything else. `base` is
   zeroed before. */
static void
sieve_base(uint64_t *base, uint64_t root)
{
    for (uint64_t p = 3; p * p <= root; p += 2) {
        if (!is_marked(base, index_of(p))) {
            mark_multiples(base, index_of(root + 1), index_of(p * p), p);
        }
    }
}

/* Sieve the bits [low, low + bit_count) with the base primes that can reach them. */
static void
sieve_segment(uint64_t *segment, uint64_t low, uint64_t bit_count, const uint64_t *base,
              uint64_t root)
{
    uint64_t largest = 2 * (low + bit_count) - 1;
    memset(segment, 0, SEGMENT_WORDS * sizeof segment[0]);
    for (uint64_t p = 3; p <= root && p * p <= largest; p += 2) {
        if (is_marked(base, index_of(p))) {
            continue;
        }
        uint64_t square = index_of(p * p);
        uint64_t offset = square >= low ? square - low : (p - (low - square) % p) % p;
        mark_multiples(segment, bit_count, offset, p);
    }
}

/* The population count of Warren, Hacker's Delight, figure 5-2: C11 has none of its own. */
static uint64_t
count_ones(uint64_t x)
{
    x -= x >> 1 & UINT64_C(0x5555555555555555);
    x = (x & UINT64_C(0x3333333333333333)) + (x >> 2 & UINT64_C(0x3333333333333333));
    x = (x + (x >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return x * UINT64_C(0x0101010101010101) >> 56;
}

static uint64_t
count_unmarked(const uint64_t *bits, uint64_t bit_count)
{
    uint64_t whole_words = bit_count / BITS_PER_WORD;
    uint64_t rest = bit_count % BITS_PER_WORD;
    uint64_t count = 0;
    for (uint64_t i = 0; i < whole_words; i++) {
        count += count_ones(~bits[i]);
    }
    if (rest > 0) {
        count += count_ones(~bits[whole_words] & ((UINT64_C(1) << rest) - 1));
    }
    return count;
}

/* On the heap: a thread may have a stack that 96 KiB don't fit on. */
struct sieves {
    uint64_t base[BASE_WORDS];
    uint64_t segment[SEGMENT_WORDS];
};

static bool
is_set(const atomic_bool *flag)
{
    return flag != NULL && atomic_load_explicit(flag, memory_order_relaxed);
}

uint64_t
count_primes_unless(uint64_t limit, const atomic_bool *is_stopping)
{
    if (limit < 2) {
        return 0;
    }
    struct sieves *sieves = calloc(1, sizeof *sieves);
    if (sieves == NULL) {
        return GILEXT_NO_MEMORY;
    }
    uint64_t root = square_root(limit);
    uint64_t end = index_of(limit + 1);
    uint64_t count = 0;
    sieve_base(sieves->base, root);
    for (uint64_t low = 0; low < end && !is_set(is_stopping); low += SEGMENT_BITS) {
        uint64_t bit_count = end - low < SEGMENT_BITS ? end - low : SEGMENT_BITS;
        sieve_segment(sieves->segment, low, bit_count, sieves->base, root);
        count += count_unmarked(sieves->segment, bit_count);
    }
    free(sieves);
    return count;
}

GILEXT_API uint64_t
gilext_count_primes(uint64_t limit)
{
    return count_primes_unless(limit, NULL);
}

/* -- checksum ------------------------------------------------------------------------------ */

/* FNV-1a with the 64-bit parameters of draft-eastlake-fnv, section 5. */
uint64_t
continue_checksum(uint64_t hash, const void *data, size_t length)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ bytes[i]) * UINT64_C(0x00000100000001B3);
    }
    return hash;
}

GILEXT_API uint64_t
gilext_checksum(const void *data, size_t length)
{
    return continue_checksum(UINT64_C(0xCBF29CE484222325), data, length);
}
