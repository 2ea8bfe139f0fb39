/* Says that the GIL stalls while it does: the sampling thread writes to a file descriptor who holds
   it, in which lines, and how many wait. It takes neither the GIL nor memory, and never waits for
   a reader. What has ended is kept until watchdog_wait() fetches it, for a callback in Python.

   A Python author would call it faulthandler.dump_traceback_later(), for waits. */

#ifndef GILEXT_WATCHDOG_H
#define GILEXT_WATCHDOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpython/gil_state.h"
#include "os/os_threads.h"
#include "recording/collection.h"
#include "recording/known_threads.h"
#include "recording/live_stall.h"
#include "recording/message.h"
#include "recording/stall_message.h"
#include "recording/waiter_search.h"

enum {
    WATCHDOG_MAX_MESSAGES = 12, /* a minute */
    WATCHDOG_KEPT = 4,
    WATCHDOG_NO_FILE = -1,
};

struct watchdog_settings {
    uint64_t threshold_ns; /* of a wait */
    int descriptor;        /* or WATCHDOG_NO_FILE */
    bool is_json;
    bool keeps_stalls; /* somebody calls watchdog_wait() */
};

/* What a sample says of the hold that goes on. */
struct watchdog_sight {
    uint64_t now_ns;
    uint64_t waiting_since_ns; /* 0: nobody is known to wait */
    uint64_t held_since_ns;
    struct gil_sample sample;
    struct gil_thread holder;
    bool knows_waiters;
    uint32_t waiters;
};

struct watchdog {
    struct watchdog_settings settings;
    struct gil gil;

    /* Of the sampling thread alone. */
    struct frame_reader *reader; /* NULL: not needed yet */
    struct live_stall stall;
    bool is_stalled;
    bool is_written; /* of this stall, a message was */
    uint64_t next_ns;
    uint64_t minute_ns; /* when the minute began in which messages are counted */
    uint32_t messages;
    struct lost_messages lost;
    struct waiter_search search;
    const struct collection *collection; /* whether the garbage collector runs */
    struct message message;
    bool is_torn; /* what was written last ended within a line */

    /* The thread that calls watchdog_wait() is on its way to the GIL: it is none of the program's,
       and what it waits is nobody's wait. Relaxed: nothing else is read with it. */
    atomic_bool wants_gil;
    atomic_uintptr_t caller; /* the gil_holder that this thread is, when it has it */

    struct known_threads known;

    os_mutex mutex; /* guards what follows */
    os_condition changed;
    struct live_stall kept[WATCHDOG_KEPT]; /* a ring */
    size_t kept_first, kept_count;
    uint64_t missed; /* for which there was no room */
    bool is_over;
};

/* NULL if there is no memory. */
struct watchdog *watchdog_new(const struct watchdog_settings *settings, const struct gil *gil);

/* From here on, NULL is a watchdog that nobody asked for. */
void watchdog_free(struct watchdog *watchdog);

/* Before the sampling thread starts. */
void watchdog_begin(struct watchdog *watchdog, enum waiter_source source,
                    const struct collection *collection);

/* In the sampling thread, after each sample. */
void watchdog_sample(struct watchdog *watchdog, const struct watchdog_sight *sight);

/* In the sampling thread, before it ends: whoever waits is told. */
void watchdog_end(struct watchdog *watchdog);

/* In a forked child, in which nobody uses it. */
void watchdog_forget(struct watchdog *watchdog);

/* Wait for a stall of a watchdog to end; `missed` gets how many ended since the last one that were
   not kept. False as soon as the watchdog is over, and all that was kept is fetched. Without the
   GIL. */
bool watchdog_wait(struct watchdog *watchdog, struct live_stall *stall, uint64_t *missed);

/* The thread that waits for stalls has the GIL again. */
void watchdog_note_gil(struct watchdog *watchdog, gil_holder caller);

/* Whether that thread may be one of those that wait for the GIL now. */
bool watchdog_wants_gil(const struct watchdog *watchdog);

#endif
