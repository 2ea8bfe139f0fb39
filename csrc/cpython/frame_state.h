/* Python stacks as CPython keeps them privately: the files of this room are the only ones that know
   their layout.

   They are read from another thread, while the one that they belong to may run. So everything is
   copied in a way that can't crash, and checked before it is believed. Nothing is disturbed. */

#ifndef GILEXT_FRAME_STATE_H
#define GILEXT_FRAME_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpython/gil_state.h"
#include "cpython/line_table.h"
#include "os/memory.h"

enum { MAX_FRAMES = 256, MAX_NAME_BYTES = 512 };

struct named_frame {
    uintptr_t frame;  /* its address, as frame_state_innermost() has it */
    const char *file; /* UTF-8, cut off if it is longer than MAX_NAME_BYTES */
    const char *function;
    struct code_location location; /* at the line of the def, if it has none */
    uint64_t code; /* what has the same number and location is equal; no other code gets it */
};

struct named_stack {
    size_t count;
    bool is_truncated;    /* there are more, further out */
    const char *callable; /* the C function that the innermost calls; NULL: none, or unknown */
    struct named_frame frames[MAX_FRAMES]; /* the innermost first */
};

/* Whether the layout of this interpreter's frames is known, and they can be read. */
bool frame_state_is_known(void);

/* Where the innermost frame of a thread stands; two that are equal are the same place. */
struct frame_place {
    const void *frame;
    const void *instruction;
};

/* False if there is no frame, or if it has gone. */
bool frame_state_find_place(gil_holder thread, struct frame_place *place);

/* The innermost frame of the calling thread, which is attached; 0 if there is none, or it is
   unknown. */
uintptr_t frame_state_innermost(void);

/* Reads stacks, one after another, and remembers what it has read of code. For one thread at a
   time. */
struct frame_reader;

/* Of this process, or of another one that runs the same interpreter; NULL if there is no memory. */
struct frame_reader *frame_reader_new(void);
struct frame_reader *frame_reader_new_for(const struct memory_source *source);
void frame_reader_free(struct frame_reader *reader);

/* Note where a thread's frames are: a few microseconds, and what is noted is of one moment. False
   when they moved at each try. */
bool frame_reader_find(struct frame_reader *reader, gil_holder thread);

/* The name of the asyncio task that runs the frames that were found. False: none does, or it is
   unknown. */
bool frame_reader_task(struct frame_reader *reader, char name[MAX_NAME_BYTES]);

/* Name the frames that were found: those that have code, a file and aren't gone. The names are
   there until the next call. */
const struct named_stack *frame_reader_name(struct frame_reader *reader);

#endif
