/* The sampling thread: samples the GIL at jittered intervals, never takes it, and records what it
   saw. No Python.h here; what is known of the GIL comes through gil_state.h.

   Its life goes one way: new, starting, running, stopping, stopped. */

#ifndef GILEXT_SAMPLER_H
#define GILEXT_SAMPLER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpython/gil_state.h"
#include "cpython/own_requests.h"
#include "os/looker.h"
#include "os/os_threads.h"
#include "recording/activity.h"
#include "recording/arena.h"
#include "recording/backup_sampler.h"
#include "recording/holder_order.h"
#include "recording/holders.h"
#include "recording/journal.h"
#include "recording/pace.h"
#include "recording/recorder.h"
#include "recording/stacks.h"
#include "recording/waiters.h"
#include "recording/watchdog.h"
#include "recording/watched_world.h"
#include "recording/window.h"

/* Two samples further apart than that many pauses tell nothing. */
enum { SAMPLER_MAX_PAUSES = 4 };

/* What a watch is asked to do. */
struct sampling {
    struct gil gil;
    uint64_t interval_ns; /* the mean pause between two samples */
    uint64_t budget_ns;   /* of a core, per second, while all are busy; 0: as much as it takes */
    uint64_t stall_ns;    /* a hold of that length is a stall, if somebody asked; 0: none is */
    uint64_t memory;      /* bytes for the holds one by one and for the stacks */
    uint64_t window_ns;   /* the length of the window that rolls on; 0: none does */
    bool takes_stacks;    /* of the holders */
    bool ignores_waiters; /* as if they were unknown */
    const struct own_requests *own; /* what doesn't count as the program's; NULL: all does */
    bool knows_frames;              /* what can be told here: for who reads the file elsewhere */
    bool sees_requests;
    struct arena *arena; /* in which the sampler lies; NULL: it has no file */
};

/* What of the recording has the holders' places in their order for their numbers. */
enum numbering { NUMBERED_NOT_YET, NUMBERED_IN_PART, NUMBERED };

enum sampler_state {
    SAMPLER_NEW,
    SAMPLER_STARTING,
    SAMPLER_RUNNING,
    SAMPLER_STOPPING,
    SAMPLER_STOPPED,
};

struct sampler {
    struct sampling sampling;
    bool counts_waiters;       /* set before the threads start */
    struct watchdog *watchdog; /* or NULL; set before the threads start */
    struct looker looker;
    struct backup_sampler backup; /* if stalls are asked for: their edges are what it saves */

    /* Taken to start and to stop, for as long as that takes: never while holding the GIL, which the
       thread that has it may be waiting for. */
    os_mutex lifecycle;
    /* Written under `lifecycle`. Whoever reads, without it, that the sampler is stopped has
       acquired all that was written to the recording before that was released. */
    atomic_int state;
    atomic_int_fast64_t process; /* a forked child has no sampling thread, whatever `state` says */

    os_mutex mutex;         /* guards what follows; held for some microseconds at a time */
    struct journal journal; /* of the recorder, if there is a file */
    struct recorder recorder;
    struct window window;
    struct holders holders;
    struct watched_world world;
    struct pace pace;
    bool is_over; /* the recording has ended: later samples are dropped */

    struct stacks stacks;     /* has a mutex of its own */
    struct waiters waiters;   /* in part under `mutex`, in part under a mutex of its own */
    struct activity activity; /* has a mutex of its own */
    atomic_int numbering;     /* written by who stops the sampler */
};

void sampler_init(struct sampler *sampler, const struct sampling *sampling);

/* In a state in which no thread runs. */
void sampler_destroy(struct sampler *sampler);

/* A number that differs between builds in which anything that lies in a sampler differs. */
uint64_t sampler_layout(void);

/* At the end: make the holders' numbers their places in their order, as Python has them. */
void sampler_number_by_place(struct sampler *sampler);

enum sampler_state sampler_get_state(const struct sampler *sampler);

enum sampler_outcome { SAMPLER_STARTED, SAMPLER_USED_BEFORE, SAMPLER_REFUSED };

/* Start the threads: once in a sampler's life, and not if the system refuses. Without the GIL.
   `counts_waiters`: condition_waiters_are_known(). */
enum sampler_outcome sampler_start(struct sampler *sampler, bool counts_waiters);

/* Take a sample in the calling thread, so that the recording begins here and is never empty. */
void sampler_sample(struct sampler *sampler);

/* End the recording now, with a last sample. In the thread that wants it stopped, which holds the
   GIL: what comes after, waiting for threads and for the GIL, isn't the program's. */
void sampler_end_recording(struct sampler *sampler);

/* Wait for the threads to end, also for another thread that is starting or stopping the sampler;
   nothing happens before it was started, or a second time. Without the GIL. */
void sampler_stop(struct sampler *sampler);

/* In a forked child: the sampler is stopped there, and its recording is empty. The parent's threads
   may have been writing, so that what they wrote can't be read, nor its memory given back. */
void sampler_forget(struct sampler *sampler);

#endif
