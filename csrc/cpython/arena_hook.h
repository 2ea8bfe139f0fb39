/* The memory that CPython maps for itself, by a hook on its arena allocator: arenas, which small
   objects are in, and the stacks of Python frames. It is the allocator of the process, of all
   interpreters together. On a free-threaded build, objects are elsewhere, in mimalloc's memory. */

#ifndef GILEXT_ARENA_HOOK_H
#define GILEXT_ARENA_HOOK_H

#include <stdbool.h>
#include <stdint.h>

/* Count until arena_hook_release() has been called as often. */
void arena_hook_use(void);
void arena_hook_release(void);

/* What was mapped while the hook was in use, without what was unmapped, which may be more. False
   if that can't be known: another hook is in its place, or objects are in no arenas. */
bool arena_hook_bytes(int64_t *bytes);

#endif
