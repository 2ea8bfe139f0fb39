/* Python frames as CPython keeps them privately: frame_state.c is the only file that knows
   their layout.

   They are read from another thread, while the one that they belong to may run. So everything is
   copied in a way that can't crash, and checked before it is believed. Nothing is disturbed. */

#ifndef GILEXT_FRAME_STATE_H
#define GILEXT_FRAME_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "cpython/gil_state.h"

enum { MAX_FRAMES = 256, MAX_NAME_BYTES = 512 };

struct frame_address {
    const void *code;
    const void *instruction;
    int tlbc_index; /* which copy of the code's instructions it is one of */
};

/* The frames of a thread, the innermost first. */
struct frame_addresses {
    size_t count;
    bool is_truncated; /* there are more, further out */
    struct frame_address items[MAX_FRAMES];
};

struct frame_names {
    char file[MAX_NAME_BYTES]; /* UTF-8, cut off if it is longer */
    char function[MAX_NAME_BYTES];
    int line; /* 0: unknown */
};

/* Whether the layout of this interpreter's frames is known, and they can be read. */
bool frame_state_is_known(void);

/* Note where a holder's frames are. False when they moved at each try. */
bool frame_state_find(gil_holder holder, struct frame_addresses *addresses);

/* Read the names of a frame. False for one that has no code or no file, or that is gone. */
bool frame_state_describe(const struct frame_address *address, struct frame_names *names);

#endif
