/* Whether a thread is attached, as its thread state says since 3.13: attachment.c is the only file
   that reads it.

   With a GIL, an attached thread is one that holds it. Without one, many threads are attached at a
   time, and the world can't stop before each of them has detached or parked itself. */

#ifndef GILEXT_ATTACHMENT_H
#define GILEXT_ATTACHMENT_H

#include <stdbool.h>

#include "cpython/thread_states.h"

/* Suspended: it was detached when the world stopped, or parked itself for that. */
enum attachment { DETACHED, ATTACHED, SUSPENDED };

/* Whether thread states say so at all, and their memory can be read. */
bool attachment_is_known(void);

/* What a thread state's word means. */
enum attachment attachment_meant_by(int state);

/* Whether a thread is there, and attached. */
bool attachment_is_attached(gil_holder thread);

/* The same of a thread that can't go: the lock of the list of thread states is taken. */
bool attachment_is_attached_locked(gil_holder thread);

#endif
