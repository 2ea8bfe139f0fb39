/* How many threads wait on a condition variable at this moment, and whether one waits for a mutex:
   one load each, no lock.

   POSIX doesn't tell. glibc's pthread_cond_t counts its waiters, and its pthread_mutex_t marks that
   it has some, in fields that are private to it: so condition_waiters_are_known() compares them
   with what is known to wait before anybody believes them. musl, macOS and Windows have nothing of
   the kind: there it is unknown. */

#ifndef GILEXT_CONDITION_WAITERS_H
#define GILEXT_CONDITION_WAITERS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether this C library's conditions and mutexes tell: lets two threads wait, and counts them.
   Takes some tenths of a millisecond. False also if the threads can't be started. */
bool condition_waiters_are_known(void);

/* The threads inside pthread_cond_wait() or pthread_cond_timedwait() on a pthread_cond_t, also
   those that were woken and have no core yet. Before such a call returns it locks the mutex again,
   and a thread that waits for that no longer counts. */
uint32_t condition_waiters(const void *condition);

/* Whether that is where the waiters of a condition are blocked: in a futex at that address. Those
   that signal it may be blocked for a moment at others of its words. */
bool condition_is_waited_at(const void *condition, uintptr_t address);

/* Whether a thread waits for a pthread_mutex_t that another has locked, or had to wait for it
   before it locked it. */
bool mutex_is_contended(const void *mutex);

#endif
