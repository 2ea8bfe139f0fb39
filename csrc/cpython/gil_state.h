/* The GIL as CPython keeps it privately: the only file that knows its layout is gil_state.c.

   A look never takes the GIL, nor any lock. Where CPython's layout is unknown, or where there
   is no GIL, gil_state_find() says so, and nothing else here may be called. */

#ifndef GILEXT_GIL_STATE_H
#define GILEXT_GIL_STATE_H

#include <stdbool.h>
#include <stdint.h>

enum gil_found { GIL_FOUND, GIL_LAYOUT_UNKNOWN };

/* What one look gave: the PyThreadState of the holder, as a number, or 0 for nobody. */
typedef uintptr_t gil_holder;

/* A thread that has a thread state. */
struct gil_thread {
    uint64_t ident;     /* threading.get_ident() */
    uint64_t native_id; /* threading.get_native_id() */
};

/* The GIL of one interpreter. It may be looked at for as long as that interpreter lives. */
struct gil {
    const void *state;
    const void *interpreter;
};

/* Find the GIL of the interpreter that the caller is attached to. */
enum gil_found gil_state_find(struct gil *gil);

/* The thread state of the calling thread, which is attached. */
gil_holder gil_state_current_thread(void);

/* Whether there is a GIL in use: always, but on a free-threaded build. */
bool gil_state_is_enabled(const struct gil *gil);

gil_holder gil_state_holder(const struct gil *gil);

/* How often the GIL has gone from one thread to another: where it is the same in two looks that
   found the same holder, no other thread had it between them. */
uint64_t gil_state_switches(const struct gil *gil);

/* Whether a thread that wants the GIL has waited for a whole switch interval, and so has asked this
   holder, which still has it, to give it away: CPython's gil_drop_request. */
bool gil_state_is_requested(const struct gil *gil, gil_holder holder);

/* Whether the calling thread holds the GIL, as this holder. May be called in a signal handler. */
bool gil_state_is_held_here(const struct gil *gil, gil_holder holder);

/* Whether the runtime is shutting down: what is known of thread states may go at any moment. */
bool runtime_is_finalizing(void);

/* A number that changes whenever this interpreter or the main one gets a thread state: a holder
   that was identified before that is still the same thread. */
uint64_t gil_state_generation(const struct gil *gil);

/* Look a holder up in CPython's list of thread states. False when it is gone, or when somebody
   else has the list locked just now: try again. */
bool gil_state_identify(gil_holder holder, struct gil_thread *thread);

#endif
