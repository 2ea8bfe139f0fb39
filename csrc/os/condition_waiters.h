/* How many threads wait on a condition variable at this moment: one load, no lock.

   POSIX doesn't tell. glibc's pthread_cond_t counts its waiters, in a field that is private to it:
   so condition_waiters_are_known() compares the field with a known number of waiters before
   anybody believes it. musl, macOS and Windows have nothing of the kind: there it is unknown. */

#ifndef GILEXT_CONDITION_WAITERS_H
#define GILEXT_CONDITION_WAITERS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether this C library's conditions tell: lets two threads wait, and counts them. Takes about
   a tenth of a millisecond. False also if the threads can't be started. */
bool condition_waiters_are_known(void);

/* The threads inside pthread_cond_wait() or pthread_cond_timedwait() on a pthread_cond_t; those
   that were woken and have no core yet no longer count. */
uint32_t condition_waiters(const void *condition);

#endif
