/* What malloc() has given out, where the C library tells: also what C code allocates past Python's
   allocators, which sys.getallocatedblocks() doesn't count. */

#ifndef GILEXT_HEAP_H
#define GILEXT_HEAP_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__linux__)
#include <malloc.h>
#endif

/* False where the C library doesn't tell. glibc, from 2.33 on: mallinfo(3). */
static inline bool
heap_bytes_in_use(uint64_t *bytes)
{
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    struct mallinfo2 info = mallinfo2();
    *bytes = (uint64_t)info.uordblks + (uint64_t)info.hblkhd;
    return true;
#else
    *bytes = 0;
    return false;
#endif
}

#endif
