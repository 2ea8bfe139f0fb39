/* What code objects are called, and the lines of their instructions. A part of frame_state.c.
   Includes Python.h.

   A code object is read once, and found again by its address. Another one may come to lie there
   when it is gone. So each time its head is read, and compared in all that says what it is: since
   3.12 it has a number that no other gets; where there is none, all that was read is read again,
   and compared. The heads of all code objects of a stack are read together. */

#ifndef GILEXT_CODE_CACHE_H
#define GILEXT_CODE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpython/call_site.h"
#include "cpython/frame_walk.h"

struct code_cache;

/* Of the code in the memory of `source`, which stays; NULL if there is no memory here. */
struct code_cache *code_cache_new(const struct memory_source *source);
void code_cache_free(struct code_cache *cache);

/* Find the codes of the frames, as numbers of the cache's; CODE_UNKNOWN for a frame that has none,
   no file, or that is gone. They are valid until the next call. */
enum { CODE_UNKNOWN = -1 };
void code_cache_find(struct code_cache *cache, const struct frame_walk *walk,
                     int codes[MAX_FRAMES]);

/* What a frame is called that is at that instruction of a code that was found. */
void code_cache_name(struct code_cache *cache, int code, const struct frame_address *address,
                     struct named_frame *frame);

#ifdef GILEXT_KNOWS_CALLS
/* What a frame calls there, and how many of its values lie below its stack. */
struct call_site code_cache_call_site(struct code_cache *cache, int code,
                                      const struct frame_address *address, int *locals);
#endif

#endif
