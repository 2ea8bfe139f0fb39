/* Who holds the GIL inside the calls of one function, without Python.h: a thread takes samples at
   random moments and counts those that fall into a call. Without a GIL, to be attached is what to
   hold it is with one, and a request for the GIL is a request that the world stop.

   The caller may never come back: at the end of the interpreter, CPython ends a daemon thread
   that wants the GIL and takes its stack away. So a watch lives on the heap, and its thread ends
   by itself when the runtime is finalizing. Nobody frees it then. */

#ifndef GILEXT_CALL_WATCH_H
#define GILEXT_CALL_WATCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "cpython/gil_state.h"
#include "os/core_wait.h"
#include "os/looker.h"

enum {
    WINDOWS_PER_DURATION = 16,
    MAX_STRETCH = 8, /* times the duration: how long the calls may go on */
    MAX_WINDOWS = WINDOWS_PER_DURATION * MAX_STRETCH,
};

/* What the thread saw at one moment. */
struct call_sample {
    uint64_t serial_before, serial_after; /* of the call, at both ends of the sample */
    uint64_t switches;                    /* of the GIL to another thread; or stops of the world */
    uint64_t time_ns, cpu_ns;             /* `cpu_ns`: what the caller had used by then */
    bool is_held;                         /* by the caller; or it is attached */
    bool is_attached;                     /* the caller, as its thread state says, with a GIL too */
    bool is_requested;    /* it is held, and has been asked for for a whole switch interval */
    bool is_core_awaited; /* by the caller: the moment shows nothing of the function */
};

struct call_window {
    uint32_t samples, samples_held, samples_attached;
};

struct call_watch {
    struct looker looker;
    struct gil gil;
    bool has_gil; /* when the watch began */
    gil_holder caller;
    struct core_wait core_wait;
    uint64_t interval_ns;
    uint64_t start_ns, window_ns;

    /* Odd inside a call, even between two: the caller counts up at both ends of each. */
    atomic_uint_fast64_t call_serial;
    /* How often a thread of gilext's own has stopped the world while a call was watched. */
    atomic_uint_fast64_t stops;

    /* The rest belongs to the thread until it is joined. */
    uint64_t samples; /* that fell into a call, those apart in which the caller awaited a core */
    struct call_window windows[MAX_WINDOWS];
    uint64_t longest_hold_ns;
    uint64_t hold_first_ns;
    uint64_t seen_cpu_ns;     /* between samples of one call */
    uint64_t unheeded_cpu_ns; /* of that, with a request that the caller didn't grant */
    struct call_sample last;  /* that fell into a call */
    uint64_t last_cpu_ns;     /* at the last sample of all */
};

/* In the thread that makes the calls. NULL if there is no memory, no clock or no thread. */
struct call_watch *call_watch_new(const struct gil *gil, gil_holder caller, uint64_t interval_ns,
                                  uint64_t duration_ns);
bool call_watch_start(struct call_watch *watch);
void call_watch_join(struct call_watch *watch);
void call_watch_free(struct call_watch *watch);

/* Count one sample. */
void call_watch_note(struct call_watch *watch, const struct call_sample *sample);

/* The serial and the GIL are read by other threads as a sequence lock: what a call does to the
   GIL lies between the two additions, and take_sample() reads the GIL between two loads. */
static inline void
call_watch_enter_or_leave(struct call_watch *watch)
{
    atomic_fetch_add_explicit(&watch->call_serial, 1, memory_order_seq_cst);
}

static inline bool
is_inside(uint64_t call_serial)
{
    return call_serial % 2 == 1;
}

#endif
