/* A native thread that does something at jittered intervals and can be stopped at any moment:
   the samplers, the call watch and the prober are such threads.

   It has a name, which gdb, perf and `ps -L` show. It blocks all signals: a signal that the
   program gets is for a thread of the program's own. A Python author would call it a
   threading.Thread whose run() loops on Event.wait(). */

#ifndef GILEXT_LOOKER_H
#define GILEXT_LOOKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "os/os_threads.h"
#include "os/oversleep.h"

struct looker;

/* What the thread runs, usually

       prepare();
       do {
           work();
       } while (looker_sleep(looker, looker_jitter(looker, mean_ns)));
       clean_up();

   It may return before it is told to stop; looker_join() is called all the same. */
typedef void (*looker_body)(struct looker *looker, void *argument);

struct looker {
    const char *name; /* at most 15 characters: Linux keeps no more */
    looker_body body;
    void *argument;
    os_thread thread;
    uint64_t random; /* of the thread alone */
    struct oversleep oversleep;

    os_mutex mutex;
    os_condition stop_asked;
    /* Written under the mutex, so that no sleep misses it. The store in looker_ask_to_stop() is a
       release: what its caller did before is visible to the thread, which reads it with acquire. */
    atomic_bool is_stopping;
};

/* Start the thread. False when the system can't: then there is nothing to stop or to join. */
bool looker_start(struct looker *looker, const char *name, looker_body body, void *argument);

/* From any thread: end the thread's sleep, and have looker_is_stopping() say so from now on. */
void looker_ask_to_stop(struct looker *looker);

/* Ask it to stop, wait until the thread has ended, and release what it had. Once only. */
void looker_join(struct looker *looker);

/* -- in the thread -------------------------------------------------------------------------- */

bool looker_is_stopping(const struct looker *looker);

/* Uniform between a half and one and a half of `mean_ns`. */
uint64_t looker_jitter(struct looker *looker, uint64_t mean_ns);

/* Sleep for that long, or until it is asked to stop: then false. */
bool looker_sleep(struct looker *looker, uint64_t pause_ns);

#endif
