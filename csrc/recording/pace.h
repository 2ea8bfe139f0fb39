/* How often to sample. A sample costs the program nothing while a core is idle. When none is, each
   sample takes one from a thread, and the operating system counts that: then the pause becomes
   longer, so long that samples take no more than a budget: their cost is measured. No Python.h
   here, and no clock. */

#ifndef GILEXT_PACE_H
#define GILEXT_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace {
    uint64_t interval_ns;    /* the mean pause between two samples */
    uint64_t budget_ns;      /* of a core, per second, for samples while all cores are busy */
    uint64_t sample_cost_ns; /* CPU time per sample; 0: not measured */
    uint64_t pause_ns;       /* `interval_ns`, or longer while all cores are busy */
    bool all_cores_busy;     /* what the last check said; before the first, yes */
    uint64_t throttled_since_ns;
    uint64_t throttled_total_ns;

    uint64_t samples;        /* since the last check, by the sampling thread */
    uint64_t backup_samples; /* and by the backup */
    uint64_t checked_switches;
    uint64_t checked_cpu_ns;
};

/* `switches` here and below: involuntary_context_switches(). A budget of 0 is no limit. */
void pace_init(struct pace *pace, uint64_t interval_ns, uint64_t budget_ns, uint64_t switches);

/* Count a sample. True when it is time for pace_check(). */
bool pace_count_sample(struct pace *pace);

/* What the backup displaces is its own affair: it samples while the sampling thread's core is taken
   by the kernel, and isn't busy. */
void pace_count_backup_sample(struct pace *pace);

/* `cpu_ns`: clock_thread_cpu_ns() of the sampling thread; 0 if it can't be read. */
void pace_check(struct pace *pace, uint64_t now_ns, uint64_t switches, uint64_t cpu_ns);

/* For how long the pause has been that of busy cores, up to now. */
uint64_t pace_throttled_ns(const struct pace *pace, uint64_t now_ns);

#endif
