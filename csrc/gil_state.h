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

/* Find the GIL of the interpreter that the caller is attached to. */
enum gil_found gil_state_find(const void **gil);

/* The thread state of the calling thread, which is attached. */
gil_holder gil_state_myself(void);

/* Whether there is a GIL in use: always, but on a free-threaded build. */
bool gil_state_is_enabled(const void *gil);

gil_holder gil_state_look(const void *gil);

/* A number that changes whenever the calling interpreter gets a thread state: a holder that was
   identified before that is still the same thread. */
uint64_t gil_state_generation(void);

/* Look a holder up in CPython's list of thread states. False when it is gone, or when somebody
   else has the list locked just now: try again. */
bool gil_state_identify(gil_holder holder, struct gil_thread *thread);

#endif
