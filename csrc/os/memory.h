/* Copies memory that another thread, or another process, may be freeing: if it is gone, the copy
   fails, and nothing crashes. */

#ifndef GILEXT_OS_MEMORY_H
#define GILEXT_OS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whose memory, and how much further up than here a program file lies that both processes run.
   NULL stands for this process. */
struct memory_source {
    int64_t process;
    intptr_t shift;
};

/* Where in the other process an object of that program file is. */
static inline const void *
memory_address(const struct memory_source *source, const void *here)
{
    return source == NULL ? here : (const char *)here + source->shift;
}

/* Whether any of the ways to do it works here: a sandbox may forbid them all. */
bool memory_can_be_copied(void);

bool memory_copy(void *to, const void *from, size_t size);

struct memory_piece {
    void *to;
    const void *from;
    size_t size;
};

enum { MAX_MEMORY_PIECES = 64 };

/* Copy several pieces in one call of the system. False if any of them is gone. */
bool memory_copy_pieces(const struct memory_piece *pieces, size_t count);

/* The same from the memory of another process. If that is refused, errno says why. */
bool memory_copy_from(const struct memory_source *source, void *to, const void *from, size_t size);
bool memory_copy_pieces_from(const struct memory_source *source, const struct memory_piece *pieces,
                             size_t count);

#endif
