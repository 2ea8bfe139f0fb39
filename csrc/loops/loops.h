/* The CPU-heavy loops, without Python.h.

   Every way to call a loop (held, released, cffi, ctypes, a plain OS thread) runs this code,
   so a difference in time between them can only come from the GIL. */

#ifndef GILEXT_LOOPS_H
#define GILEXT_LOOPS_H

#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
#define GILEXT_API __declspec(dllexport)
#else
#define GILEXT_API __attribute__((visibility("default")))
#endif

/* The largest limit that gilext_count_primes() takes. Its sieve takes 96 KiB of memory. */
#define GILEXT_PRIMES_LIMIT UINT64_C(1000000000000)

/* Advance a 64-bit integer chain by `iterations` steps from `seed`; return where it stands.
   spin(a + b, seed) == spin(b, spin(a, seed)), and spin(0, seed) == seed. */
GILEXT_API uint64_t gilext_spin(uint64_t iterations, uint64_t seed);

/* What gilext_count_primes() returns when there is no memory for its sieve. */
#define GILEXT_NO_MEMORY UINT64_MAX

/* Count the primes that are no larger than `limit`, at most GILEXT_PRIMES_LIMIT. */
GILEXT_API uint64_t gilext_count_primes(uint64_t limit);

/* FNV-1a, 64 bits, of `length` bytes. `data` may be NULL when `length` is 0. */
GILEXT_API uint64_t gilext_checksum(const void *data, size_t length);

#endif
