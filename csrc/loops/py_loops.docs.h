/* The docstrings of py_loops.c. */

#ifndef GILEXT_PY_LOOPS_DOCS_H
#define GILEXT_PY_LOOPS_DOCS_H

#include <Python.h>

#define SPIN_DOC(how) \
    "Advance a 64-bit integer chain, and return its last state.\n\n" \
    "Pure CPU work without memory traffic: a nanosecond or two per iteration.\n" how "\n\n" \
    "Parameters\n----------\n" \
    "iterations : int\n    Steps to make, 0 to 2**64 - 1.\n" \
    "seed : int, optional\n    Where to start, 0 to 2**64 - 1.\n\n" \
    "Returns\n-------\nint\n    The state after the last step, 0 to 2**64 - 1.\n\n" \
    "Raises\n------\n" \
    "TypeError, ValueError, OverflowError\n" \
    "    When an argument isn't an integer, is negative, or is too large."

#define COUNT_PRIMES_DOC(how) \
    "Count the primes that are no larger than a limit, by a segmented sieve.\n\n" \
    "The sieve takes 96 KiB of memory, whatever the limit.\n" how "\n\n" \
    "Parameters\n----------\n" \
    "limit : int\n    The largest number to test, 0 to 10**12.\n\n" \
    "Returns\n-------\nint\n    The count: 664579 for 10**7.\n\n" \
    "Raises\n------\n" \
    "TypeError, ValueError, OverflowError\n" \
    "    When `limit` isn't an integer, is negative, or is too large.\n" \
    "MemoryError\n    When there is no memory for the sieve."

#define CHECKSUM_DOC(how) \
    "Compute the FNV-1a hash, 64 bits, of a buffer.\n\n" \
    "Parameters as in draft-eastlake-fnv. The buffer stays exported throughout.\n" how "\n\n" \
    "Parameters\n----------\n" \
    "buffer : bytes-like object\n    Any C-contiguous buffer; its bytes are read in memory " \
    "order.\n\n" \
    "Returns\n-------\nint\n    The hash, 0 to 2**64 - 1.\n\n" \
    "Raises\n------\n" \
    "TypeError\n    When `buffer` has no buffer interface.\n" \
    "BufferError\n    When it isn't C-contiguous.\n" \
    "ValueError\n    When it is a released memoryview, or closed."

#define HOLDS "Holds the GIL throughout: no other thread of the interpreter runs until it ends."
#define RELEASES "Releases the GIL for the loop: other threads run at the same time."

PyDoc_STRVAR(spin_held_doc, "spin_held($module, /, iterations, seed=0)\n--\n\n" SPIN_DOC(HOLDS));
PyDoc_STRVAR(spin_released_doc,
             "spin_released($module, /, iterations, seed=0)\n--\n\n" SPIN_DOC(RELEASES));
PyDoc_STRVAR(count_primes_held_doc,
             "count_primes_held($module, /, limit)\n--\n\n" COUNT_PRIMES_DOC(HOLDS));
PyDoc_STRVAR(count_primes_released_doc,
             "count_primes_released($module, /, limit)\n--\n\n" COUNT_PRIMES_DOC(RELEASES));
PyDoc_STRVAR(checksum_held_doc, "checksum_held($module, /, buffer)\n--\n\n" CHECKSUM_DOC(HOLDS));
PyDoc_STRVAR(checksum_released_doc,
             "checksum_released($module, /, buffer)\n--\n\n" CHECKSUM_DOC(RELEASES));

#endif
