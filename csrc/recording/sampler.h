/* The sampling thread: looks at the GIL at jittered intervals, never takes it, and records what
   it saw. No Python.h here; what is known of the GIL comes through gil_state.h. */

#ifndef GILEXT_SAMPLER_H
#define GILEXT_SAMPLER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpython/gil_state.h"
#include "recording/recorder.h"
#include "recording/stack_log.h"
#include "recording/backup_sampler.h"
#include "os/looker.h"
#include "os/os_threads.h"

/* What a watch is asked to do. */
struct sampling {
    struct gil gil;
    uint64_t interval_ns; /* the mean pause between two looks */
    uint64_t busy_interval_ns;  /* the same while looking takes a core from the program */
    uint64_t stall_ns;    /* a hold of so much is a stall; 0: none is */
    uint64_t memory;      /* bytes for the holds one by one and for the stacks of stalls */
};

/* A thread that was seen holding the GIL; its index is the recorder's holder. The address of its
   thread state may be used again once it has ended, so an entry found by address is trusted only
   while no thread state has been made since. */
struct sighted_thread {
    gil_holder holder;
    uint64_t generation;
    bool is_identified;
    struct gil_thread thread;
};

struct sampler {
    struct sampling sampling;
    struct looker looker;
    struct backup_sampler backup_sampler; /* where stalls are asked for: their edges are what it saves */
    int64_t process; /* a forked child has no sampling thread, whatever is_running says */
    bool is_running;
    atomic_bool is_stopping;

    os_mutex mutex; /* guards what follows */
    struct recorder recorder;
    struct sighted_thread *threads;

    uint64_t pause_ns; /* interval_ns or busy_interval_ns */
    uint64_t throttled_since_ns;
    uint64_t throttled_total_ns;

    bool all_cores_busy; /* what the last check of involuntary_context_switches said */
    uint64_t looks;     /* since then, by the sampling thread */
    uint64_t backup_samples;  /* and by the stand-in */
    uint64_t checked_switches;

    struct stack_log stacks; /* of the holders, in stalls */
    uint64_t next_stack_ns;
};

void sampler_init(struct sampler *sampler, const struct sampling *sampling);
void sampler_destroy(struct sampler *sampler);

/* False when the system can't start the thread. A sampler is started once. */
bool sampler_start(struct sampler *sampler);

/* Wait for the thread to end; nothing happens where none runs. Needs no GIL. */
void sampler_stop(struct sampler *sampler);

/* Call before anything else after a possible fork(): in the child the sampler is stopped. */
void sampler_notice_fork(struct sampler *sampler);

#endif
