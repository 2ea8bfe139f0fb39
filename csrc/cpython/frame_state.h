/* Python frames as CPython keeps them privately: beside gil_state.c, frame_state.c is the only
   file that knows such a layout.

   They are read from another thread, while the one that they belong to may run. So everything is
   copied in a way that can't crash, and looked at before it is believed. Nothing is disturbed. */

#ifndef GILEXT_FRAME_STATE_H
#define GILEXT_FRAME_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "cpython/gil_state.h"

enum { MAX_FRAMES = 64, MAX_NAME_BYTES = 512 };

struct frame_address {
    const void *code;
    const void *instruction;
    int copy; /* which copy of the code's instructions it is one of */
};

/* The innermost frames of a thread, the innermost first. */
struct frame_addresses {
    size_t count;
    struct frame_address places[MAX_FRAMES];
};

struct frame_names {
    char file[MAX_NAME_BYTES]; /* UTF-8, cut off where it is longer */
    char function[MAX_NAME_BYTES];
    int line; /* 0: unknown */
};

/* Whether the layout of this interpreter's frames is known. */
bool frame_state_is_known(void);

/* Note where a holder's frames are. False when they moved all the while. */
bool frame_state_find(gil_holder holder, struct frame_addresses *places);

/* Read the words for a frame. False for a frame that has no code, or that is gone. */
bool frame_state_describe(const struct frame_address *place, struct frame_names *words);

#endif
