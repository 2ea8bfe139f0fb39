/* Copies memory of this process that another thread may be freeing: where it is gone, the copy
   fails, and nothing crashes. */

#ifndef GILEXT_SAFE_COPY_H
#define GILEXT_SAFE_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool safe_copy(void *to, const void *from, size_t size);

#endif
