#include "references/heap.h"

#if defined(__linux__)
#include <malloc.h>
#endif

bool
heap_bytes_in_use(uint64_t *bytes)
{
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    /* Large blocks are mapped, and counted apart. */
    struct mallinfo2 info = mallinfo2();
    *bytes = (uint64_t)info.uordblks + (uint64_t)info.hblkhd;
    return true;
#else
    *bytes = 0;
    return false;
#endif
}
