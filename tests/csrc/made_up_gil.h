/* A GIL for the tests that need no interpreter: they say who holds it. */

#ifndef GILEXT_MADE_UP_GIL_H
#define GILEXT_MADE_UP_GIL_H

#include <stdatomic.h>

extern atomic_uintptr_t made_up_holder;
extern atomic_uint_fast64_t made_up_switches;
extern atomic_uint_fast64_t made_up_generation;
extern atomic_bool made_up_request; /* somebody has asked the holder */
extern atomic_uint made_up_waiters;
extern atomic_uint_fast64_t made_up_switch_interval_ns;
extern atomic_uint_fast64_t made_up_stack_depth; /* 0: two frames */
extern atomic_uint_fast64_t made_up_stacks;      /* how often one was read */
extern atomic_bool made_up_finalizing;
extern atomic_uint_fast64_t made_up_delay_ns; /* the next to ask whether it ends waits so long */

#endif
