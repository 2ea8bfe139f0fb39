/* The GIL as CPython keeps it privately: the only file that knows its layout is gil_state.c.

   A sample takes neither the GIL nor a lock.

   When CPython's layout is unknown, gil_state_find() says so, and nothing else here may be
   called. */

#ifndef GILEXT_GIL_STATE_H
#define GILEXT_GIL_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "cpython/thread_states.h"

enum gil_found { GIL_FOUND, GIL_LAYOUT_UNKNOWN };

/* The GIL at one moment. */
struct gil_sample {
    gil_holder holder;
    uint64_t switches; /* how often it has gone from one thread to another */
};

/* Find the GIL of the interpreter that the caller is attached to. */
enum gil_found gil_state_find(struct gil *gil);

/* Whether it is one: false only on a free-threaded build, for as long as its GIL is off. */
bool gil_state_is_enabled(const struct gil *gil);

/* The thread state of the calling thread, which is attached. */
gil_holder gil_state_current_thread(void);

/* Take a sample. If the GIL changed hands while it was read, and again at each further try, what
   was read last is given: it is as old as any of the others. */
struct gil_sample gil_state_sample(const struct gil *gil);

/* Whether a thread that waits for the GIL has asked this holder, who has it still, to let go of it.
   CPython sets that word when a thread has waited for one switch interval in which nobody released
   the GIL; and a holder that releases it while the word is set waits until another thread has had
   the GIL. So as long as holder and switches stay the same after this has been true, the GIL was
   not released. (When interpreters share a GIL, 3.11 and 3.12 set the word of the interpreter whose
   thread waits: those of other interpreters aren't seen to ask.) */
bool gil_state_is_requested(const struct gil *gil, gil_holder holder);

/* Whether requests can be seen at all: a sandbox may forbid the reading of a thread's memory, which
   is where they are since 3.13. */
bool gil_state_can_see_requests(void);

/* How many threads wait for the GIL, woken or not; meaningful if condition_waiters_are_known(). A
   thread that has begun to wait waits until it has the GIL: as long as the switches stay the same
   after one was counted, it still waits. */
uint32_t gil_state_waiters(const struct gil *gil);

/* When a sample found the GIL free: whether a thread is about to take it that isn't among the
   waiters. It has been woken, or has just come, and waits for the mutex that guards the GIL's own
   words; or it has that mutex, and lost its core. There may be more than one. Meaningful if
   condition_waiters_are_known(). */
bool gil_state_is_being_taken(const struct gil *gil);

/* Whether a thread that is blocked on a futex at that address waits for the GIL. One that has just
   given it away, and waits for another to take it, doesn't. */
bool gil_state_is_waited_at(const struct gil *gil, uintptr_t address);

/* Since 3.15 a thread state says itself whether its thread waits for the GIL, woken or not. */
bool gil_state_wants(gil_holder thread);
bool gil_state_can_see_wants(void);

/* sys.getswitchinterval(). */
uint64_t gil_state_switch_interval_ns(const struct gil *gil);

gil_holder gil_state_holder(const struct gil *gil);

/* How often the GIL has gone from one thread to another: if it is the same in two samples that
   found the same holder, no other thread had it between them. */
uint64_t gil_state_switches(const struct gil *gil);

/* Whether the runtime is shutting down: what is known of thread states may go at any moment. */
bool runtime_is_finalizing(void);

#endif
