/* A second thread that looks when the first comes late.

   A thread that sleeps wakes on the core that it slept on. Where that core has meanwhile gone to
   work of the kernel that nothing interrupts, it waits for milliseconds, and the edge of a hold
   is lost in them. The stand-in waits on another core, and runs only then: each time the first
   thread has looked it says for how long it will be away, and is expected anew.

   A timer wakes the stand-in by a signal that only it can receive, which it waits for and which
   no handler sees. Linux; elsewhere, or where the system refuses, nobody stands in. */

#ifndef GILEXT_BACKUP_SAMPLER_H
#define GILEXT_BACKUP_SAMPLER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "os/os_threads.h"

enum { BACKUP_MAX_TURNS = 16 }; /* without a word from the first thread, before it rests */

struct backup_sampler {
    void (*look)(void *argument);
    void *argument;
    uint64_t pause_ns; /* between its looks */
    os_thread thread;
    bool is_there;
    atomic_bool is_leaving;
    atomic_uint turns;
#ifdef __linux__
    timer_t timer;
    os_mutex mutex;
    os_condition is_settled;
    enum { BACKUP_SAMPLER_SETTLING, BACKUP_SAMPLER_READY, BACKUP_SAMPLER_REFUSED } state;
    int avoided_core;
    bool has_a_core;
#endif
};

void backup_sampler_start(struct backup_sampler *backup_sampler, void (*look)(void *argument), void *argument,
                    uint64_t pause_ns);

/* From the first thread: expect it again within so long; 0: until it says so again, never. */
void backup_arm(struct backup_sampler *backup_sampler, uint64_t within_ns);

/* Wait for the thread to end; nothing happens where there is none. */
void backup_sampler_stop(struct backup_sampler *backup_sampler);

/* In a forked child, which has neither the thread nor the timer. */
void backup_sampler_forget(struct backup_sampler *backup_sampler);

#endif
