/* Copies memory of this process that another thread may be freeing: if it is gone, the copy fails,
   and nothing crashes. */

#ifndef GILEXT_OS_MEMORY_H
#define GILEXT_OS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether any of the ways to do it works here: a sandbox may forbid them all. */
bool memory_can_be_copied(void);

bool memory_copy(void *to, const void *from, size_t size);

struct memory_piece {
    void *to;
    const void *from;
    size_t size;
};

enum { MAX_MEMORY_PIECES = 4 };

/* Copy several pieces in one call of the system. False if any of them is gone. */
bool memory_copy_pieces(const struct memory_piece *pieces, size_t count);

#endif
