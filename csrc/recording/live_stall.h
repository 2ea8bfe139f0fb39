/* A stall while it goes on: who holds the GIL since when, in which lines, and who waits. Names are
   kept in the struct itself, so that one can be copied, and made without memory of the heap. */

#ifndef GILEXT_LIVE_STALL_H
#define GILEXT_LIVE_STALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpython/frame_state.h"

enum {
    LIVE_STALL_MAX_FRAMES = 64,
    LIVE_STALL_TEXT_BYTES = 8192,
    LIVE_NAME_BYTES = 64,
    LIVE_STALL_MAX_WAITERS = 8
};

struct live_thread {
    uint64_t ident;
    uint64_t native_id;
    char name[LIVE_NAME_BYTES]; /* "" if it isn't known */
};

struct live_frame {
    size_t file, function; /* where they stand in the stall's `text` */
    int line;
};

/* A thread that waits, and the innermost frame in which it does. */
struct live_waiter {
    struct live_thread thread;
    bool has_frame;
    struct live_frame frame;
};

struct live_stall {
    uint64_t waiting_since_ns; /* by the monotonic clock: somebody waits since then at least */
    uint64_t wall_ns;          /* the same by the clock on the wall */
    uint64_t held_since_ns;
    uint64_t seen_ns; /* the last sample in which it went on */
    struct live_thread holder;
    bool knows_waiters;
    uint32_t waiters; /* when last counted */

    /* The holder's frames, the innermost first; none if they couldn't be read. */
    size_t frame_count;
    size_t frames_omitted;
    struct live_frame frames[LIVE_STALL_MAX_FRAMES];

    bool is_collection; /* it runs the garbage collector, or what that calls */
    bool has_callable;
    size_t callable; /* in `text`: the C function that the innermost frame calls */
    bool has_task;
    size_t task; /* in `text`: the name of the asyncio task that it runs */

    /* Those of the waiters that could be named. */
    size_t named_count;
    struct live_waiter named[LIVE_STALL_MAX_WAITERS];

    size_t text_size;
    char text[LIVE_STALL_TEXT_BYTES];
};

/* Forget the frames and the names of those who wait. */
void live_stall_clear(struct live_stall *stall);

/* Add the holder's next frame, from the innermost out; one for which there is no room is counted.
   Those who wait come after. */
void live_stall_add_frame(struct live_stall *stall, const struct named_frame *named);

/* Note the C function that the innermost frame calls. */
void live_stall_add_callable(struct live_stall *stall, const char *callable);

/* Note the asyncio task that the holder runs. */
void live_stall_add_task(struct live_stall *stall, const char *task);

/* Add a thread that waits, and its innermost frame, or NULL. False if no more are kept. */
bool live_stall_add_waiter(struct live_stall *stall, const struct live_thread *thread,
                           const struct named_frame *named);

/* For how long somebody has waited, as of the last sample. */
uint64_t live_stall_wait_ns(const struct live_stall *stall);

#endif
