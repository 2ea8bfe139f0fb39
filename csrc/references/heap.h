/* What malloc() has given out, if the C library tells: also what C code allocates past Python's
   allocators, which sys.getallocatedblocks() doesn't count. */

#ifndef GILEXT_HEAP_H
#define GILEXT_HEAP_H

#include <stdbool.h>
#include <stdint.h>

/* False when the C library doesn't tell. glibc does, since 2.33: mallinfo2(3). */
bool heap_bytes_in_use(uint64_t *bytes);

#endif
