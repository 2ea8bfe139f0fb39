/* What the innermost frame of a thread is calling, if that is C code. A part of frame_state.c.
   Includes Python.h. */

#ifndef GILEXT_CALLEE_H
#define GILEXT_CALLEE_H

#include "cpython/call_site.h"

#ifdef GILEXT_KNOWS_CALLS

#include "cpython/frame_walk.h"

enum { MAX_CALLEE_BYTES = 160 };

/* Write what is called, such as "zlib.compress" or "list.sort". False if it isn't surely known: the
   frame has gone on since it was found, or it calls Python code. `locals` is how many values of the
   frame lie below its stack. */
bool callee_find(const struct frame_walk *walk, const struct call_site *site, int locals,
                 char name[MAX_CALLEE_BYTES]);

#endif

#endif
