/* The names of asyncio's tasks, read from outside: of those that asyncio's own module in C made.
   A part of frame_state.c. */

#ifndef GILEXT_ASYNCIO_TASK_H
#define GILEXT_ASYNCIO_TASK_H

#include <stdbool.h>
#include <stddef.h>

#include "cpython/frame_walk.h"

/* What is known of asyncio in one interpreter. */
struct asyncio_state {
    const void *interpreter;
    size_t modules; /* how many it had when asyncio's wasn't among them */
    bool is_found;
    const void *task_type;
    const void *current_tasks; /* of all loops; from 3.14 on the threads have them */
};

/* The name of the task whose coroutine is on the stack that was walked and that its thread's event
   loop runs. False: there is none, or it is unknown. */
bool asyncio_task_find(struct asyncio_state *asyncio, const struct frame_walk *walk,
                       char name[MAX_NAME_BYTES]);

#endif
