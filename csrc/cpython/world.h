/* Stops of the world, as a free-threaded CPython makes them: a thread asks, the world stands still
   when each other attached thread has parked itself or detached, and then it is started again.
   world.c is the only file that knows their layout. With a GIL there are none. */

#ifndef GILEXT_WORLD_H
#define GILEXT_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "cpython/thread_states.h"

/* A stop of an interpreter's threads, or one of all interpreters' threads, at one moment. */
struct world_sample {
    bool is_requested; /* and the world doesn't stand still yet */
    bool is_stopped;
    gil_holder requester; /* 0: nobody, or a thread without a thread state */
    int64_t countdown;    /* how many threads it still waits for; meaningful while requested */
};

/* Whether this is a build that stops the world. */
bool world_can_be_seen(void);

struct world_sample world_sample(const struct gil *gil);

/* Whether an attached thread has been asked to park itself, and hasn't yet. */
bool world_waits_for(gil_holder thread);

/* Stop the interpreter's world and start it again, in a thread that is attached. Between the two,
   no Python code may be called. */
void world_stop(const struct gil *gil);
void world_start(const struct gil *gil);

#endif
