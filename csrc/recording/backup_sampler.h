/* A second thread that samples when the first comes late.

   A thread that sleeps wakes on the core that it slept on. If that core has gone to work of the
   kernel that nothing interrupts, it waits for milliseconds, and the edge of a hold is lost in
   them. The backup waits on another core, and runs only then: each time the first thread has
   sampled it says for how long it will be away, and is expected anew.

   A timer that is a file (timerfd_create(2)) wakes the backup: no signal is used, and pushing the
   timer back wakes nobody. Linux; elsewhere, or if the system refuses, there is no backup. */

#ifndef GILEXT_BACKUP_SAMPLER_H
#define GILEXT_BACKUP_SAMPLER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "os/looker.h"

enum { BACKUP_MAX_TURNS = 16 }; /* without a word from the first thread, before it rests */

struct backup_sampler {
    void (*sample)(void *argument);
    void *argument;
    uint64_t pause_ns; /* between its samples */
    struct looker looker;
    bool is_there;
    atomic_bool is_armed; /* released by backup_arm() after `turns`; the backup acquires it */
    atomic_uint turns;
#ifdef __linux__
    int timer;
    int avoided_core;
    bool has_a_core;
#endif
};

void backup_sampler_start(struct backup_sampler *backup, void (*sample)(void *argument),
                          void *argument, uint64_t pause_ns);

/* From the first thread: expect it again within that time. */
void backup_arm(struct backup_sampler *backup, uint64_t within_ns);

/* From the first thread: don't expect it until it says so again. */
void backup_disarm(struct backup_sampler *backup);

/* Wait for the thread to end; nothing happens if there is none. */
void backup_sampler_stop(struct backup_sampler *backup);

/* In a forked child, which has the timer and not the thread. */
void backup_sampler_forget(struct backup_sampler *backup);

#endif
