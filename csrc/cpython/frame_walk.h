/* Where the frames of a thread are: copied in one piece from the memory that they lie in one after
   another. A part of frame_state.c. */

#ifndef GILEXT_FRAME_WALK_H
#define GILEXT_FRAME_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "cpython/frame_state.h"

struct frame_address {
    const void *frame;
    const void *code;
    const void *instruction;
    int tlbc_index; /* which copy of the code's instructions it is one of */
};

enum { WINDOW_BYTES = 16384 }; /* CPython asks the system for that much at a time, or more */

/* A copy of a piece of memory: up to 16 KB. */
struct memory_window {
    const char *start;
    size_t size;
    char bytes[WINDOW_BYTES];
};

struct frame_walk {
    const struct memory_source *source; /* whose threads; NULL: this process's */
    size_t count;
    bool is_truncated;                      /* there are more, further out */
    bool has_coroutine;                     /* or a generator */
    struct frame_address items[MAX_FRAMES]; /* the innermost first */
    gil_holder thread;
    const void *innermost; /* the frame that the first is of; NULL: one of the interpreter's own */
    struct memory_window window; /* the frames that were read last */
};

/* Note where a thread's frames are. False when they moved at each try. */
bool frame_walk(struct frame_walk *walk, gil_holder thread);

#endif
