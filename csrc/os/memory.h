/* Copies memory of this process that another thread may be freeing: where it is gone, the copy
   fails, and nothing crashes. */

#ifndef GILEXT_OS_MEMORY_H
#define GILEXT_OS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool memory_copy(void *to, const void *from, size_t size);

#endif
