/* A GIL for the tests that need no interpreter: they say who holds it. */

#ifndef GILEXT_MADE_UP_GIL_H
#define GILEXT_MADE_UP_GIL_H

#include <stdatomic.h>

enum { MADE_UP_THREADS = 500 };

extern atomic_uintptr_t made_up_holder;
extern atomic_uint_fast64_t made_up_switches;
extern atomic_uint_fast64_t made_up_generation;
extern atomic_bool made_up_request; /* somebody has asked the holder */
extern atomic_uint made_up_waiters;
extern atomic_bool made_up_tells_who; /* thread states 1 to MADE_UP_THREADS say if they wait */
extern atomic_bool made_up_wants[];
extern atomic_uint made_up_asked;                 /* how often one did */
extern atomic_uint made_up_thread_count;          /* 0: MADE_UP_THREADS */
extern atomic_uint_fast64_t made_up_native_ids[]; /* of threads that are there; 0: made up */
extern const void *made_up_condition;             /* where they wait for the GIL */
extern atomic_bool made_up_taking; /* a thread that is no waiter is about to have it */
extern atomic_uint_fast64_t made_up_switch_interval_ns;
extern atomic_uint_fast64_t made_up_stack_depth; /* 0: two frames */
extern atomic_uint_fast64_t made_up_stacks;      /* how often one was read */
extern atomic_uintptr_t made_up_place;           /* of the holder in its code; 0: it has no frame */
extern _Atomic(const char *) made_up_task;       /* that the holder runs; NULL: none */
extern atomic_bool made_up_finalizing;
extern atomic_uint_fast64_t made_up_delay_ns; /* the next to ask whether it ends waits so long */
extern atomic_bool made_up_no_gil;
extern atomic_bool made_up_attached[]; /* thread states 1 to MADE_UP_THREADS */
extern atomic_bool made_up_asked_to_park[];
extern atomic_uintptr_t made_up_asker; /* of a stop of the world; 0: nobody has asked */
extern atomic_bool made_up_stopped;    /* if somebody has asked */
extern atomic_uint made_up_countdown;
extern atomic_bool made_up_list_locked;

#endif
