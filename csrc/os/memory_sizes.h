/* How large the memory of this process is, as the system has it. */

#ifndef GILEXT_MEMORY_SIZES_H
#define GILEXT_MEMORY_SIZES_H

#include <stdbool.h>
#include <stdint.h>

struct memory_sizes {
    uint64_t virtual_bytes; /* of its address space, used or only reserved */
    uint64_t private_bytes; /* of what it alone has: not of files, nor of what it shares */
};

/* False if the system doesn't tell. It allocates nothing. */
bool memory_sizes_read(struct memory_sizes *sizes);

/* Whether a sanitizer keeps freed memory for a while: then the sizes grow with what is freed. */
bool memory_is_kept_when_freed(void);

#endif
