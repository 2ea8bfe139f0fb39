/* How much CPU time the threads took, and for how long they waited for the GIL, in all and in
   buckets of time; no Python.h here.

   The CPU time of a thread is read from its clock some twenty times a second, and as often as the
   budget allows if there are many. What the clocks showed when the recording began is subtracted. A
   thread that ends takes with it what it used since its clock was last read. */

#ifndef GILEXT_ACTIVITY_H
#define GILEXT_ACTIVITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/os_threads.h"
#include "os/thread_clock.h"
#include "recording/activity_rows.h"
#include "recording/recorder.h"

/* A thread that is known to the recorder, by its slot there. */
struct active_thread {
    int32_t number; /* RECORDER_NOBODY: there is none */
    bool is_identified;
    bool has_clock; /* false too if it has ended */
    bool was_read;
    struct thread_clock clock;
    uint64_t shown_ns;   /* what its clock showed when it was last read */
    uint64_t cpu_ns;     /* since the recording began */
    uint64_t unrowed_ns; /* of that: in no row yet */
};

struct clock_at_start {
    uint64_t native_id;
    uint64_t shown_ns;
};

struct activity {
    os_mutex mutex;     /* guards what follows; held for as long as the clocks are read */
    uint64_t budget_ns; /* of a core, per second */

    bool is_over;
    bool knows_clocks;               /* otherwise nothing is recorded */
    struct clock_at_start *at_start; /* ascending */
    size_t at_start_count;

    uint64_t start_ns; /* 0: before the first sample */
    uint64_t read_ns;  /* when the clocks were last read */
    uint64_t due_ns;
    struct active_thread threads[RECORDER_MAX_HOLDERS];
    int32_t slots; /* so many have been taken, the first ones */
    uint64_t folded_cpu_ns;

    struct activity_rows rows;
    struct activity_row lost; /* what there is no room for */
};

/* A thread as the recorder and the system know it; `native_id` is 0 for as long as it is
   unknown. */
struct active_thread_id {
    int32_t slot;
    int32_t number;
    uint64_t native_id;
};

/* Without bytes for it, nothing is recorded. A budget of 0 is as good as 1 % of a core. */
void activity_init(struct activity *activity, struct arena *arena, size_t max_bytes,
                   uint64_t budget_ns);
void activity_free(struct activity *activity);

/* Before the sampling thread starts. */
void activity_begin(struct activity *activity);

/* In the sampling thread, after each sample: it has seen a thread, if its slot isn't
   RECORDER_NOBODY. Read the clocks, if that is due. `start_ns` is when the recording began. */
void activity_look(struct activity *activity, const struct active_thread_id *thread,
                   uint64_t start_ns, uint64_t now_ns);

/* A thread has waited for so long within that time. */
void activity_add_wait(struct activity *activity, const struct active_thread_id *thread,
                       struct span when, uint64_t waited_ns);

/* A thread was seen in the recording. */
void activity_see(struct activity *activity, const struct active_thread_id *thread);

/* The recording ends: read the clocks once more. */
void activity_end(struct activity *activity, uint64_t now_ns);

/* The CPU time of a thread; false if it is unknown. */
bool activity_cpu_ns(const struct activity *activity, int32_t slot, int32_t number,
                     uint64_t *cpu_ns);

/* The same of all threads that aren't in the order, together. */
uint64_t activity_folded_cpu_ns(const struct activity *activity, const struct holder_order *order);

#endif
