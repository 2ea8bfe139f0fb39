/* The thread states of the interpreters, as CPython keeps them privately: thread_states.c is the
   only file that goes through their list. It does so under the lock of the list, which it only
   tries for: waiting could disturb the program.

   When gil_state_find() says that CPython's layout is unknown, nothing here may be called. */

#ifndef GILEXT_THREAD_STATES_H
#define GILEXT_THREAD_STATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The PyThreadState of a holder, as a number, or 0 for nobody. */
typedef uintptr_t gil_holder;

/* The GIL of one interpreter. It may be sampled for as long as that interpreter lives. */
struct gil {
    const void *state;
    const void *interpreter;
};

/* A thread that has a thread state. */
struct gil_thread {
    uint64_t ident;     /* threading.get_ident() */
    uint64_t native_id; /* threading.get_native_id() */
};

/* A number that changes whenever this interpreter or the main one gets a thread state: a holder
   that was identified before that is still the same thread. */
uint64_t gil_state_generation(const struct gil *gil);

/* Whether a Python thread is left. There is none in a child that a thread has forked when that
   thread has returned: such a process ends with the last of its other threads. */
bool runtime_has_threads(void);

/* Look a holder up in CPython's list of thread states. False when it is gone, or when somebody
   else has the list locked just now: try again. */
bool gil_state_identify(gil_holder holder, struct gil_thread *thread);

struct thread_state {
    gil_holder state;
    struct gil_thread thread;
};

/* The thread states of all interpreters that use this GIL. How many they are, `max` at most; 0 too
   when somebody else has the list locked just now. */
size_t thread_states_list(const struct gil *gil, struct thread_state *states, size_t max);

/* Those of them that are attached. False when somebody else has the list locked just now. */
bool thread_states_list_attached(const struct gil *gil, struct thread_state *states, size_t max,
                                 size_t *count);

#endif
