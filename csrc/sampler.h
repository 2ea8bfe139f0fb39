/* The sampling thread: looks at the GIL at jittered intervals, never takes it, and records what
   it saw. No Python.h here; what is known of the GIL comes through gil_state.h. */

#ifndef GILEXT_SAMPLER_H
#define GILEXT_SAMPLER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gil_state.h"
#include "recorder.h"
#include "threads.h"

/* A thread that was seen holding the GIL; its index is the recorder's holder. The address of its
   thread state may be used again once it has ended, so an entry found by address is trusted only
   while no thread state has been made since. */
struct sighted_thread {
    gil_holder holder;
    uint64_t generation;
    bool is_identified;
    struct gil_thread thread;
};

/* One request for a holder's Python stack: what was written to the file from `offset` on, up to
   the next request's, answers it. */
struct stack_request {
    uint64_t hold_start_ns;
    uint64_t asked_ns;
    uint64_t offset;
};

struct sampler {
    const void *gil;
    uint64_t interval_ns;
    uint64_t stall_ns; /* a longer hold is a stall; 0: ask for no stacks */
    int signal_number; /* makes a thread write its Python stack to stack_file */
    int stack_file;

    os_thread thread;
    int64_t process; /* a forked child has no sampling thread, whatever is_running says */
    bool is_running;
    atomic_bool is_stopping;

    os_mutex mutex; /* guards what follows */
    struct recorder recorder;
    struct sighted_thread *threads;
    struct stack_request *requests;
    size_t request_count;
    size_t request_capacity;
    uint64_t next_request_ns;
    uint64_t random;
};

void sampler_init(struct sampler *sampler, const void *gil, uint64_t interval_ns,
                  size_t most_holds);
void sampler_destroy(struct sampler *sampler);

/* False when the system can't start the thread. */
bool sampler_start(struct sampler *sampler);

/* Wait for the thread to end; nothing happens where none runs. Needs no GIL. */
void sampler_stop(struct sampler *sampler);

/* Call before anything else after a possible fork(): in the child the sampler is stopped. */
void sampler_notice_fork(struct sampler *sampler);

#endif
