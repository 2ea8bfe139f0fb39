/* What the operating system calls a thread of this process. Python gives it the name of its
   threading.Thread since 3.14; before, a thread has a name if a C library gave it one. */

#ifndef GILEXT_THREAD_NAME_H
#define GILEXT_THREAD_NAME_H

#include <stdbool.h>
#include <stdint.h>

enum { THREAD_NAME_BYTES = 16 };

/* False for a thread that has no name of its own, but the process's. The first thread of the
   process is "MainThread". Linux; elsewhere no name is known. */
bool thread_name_read(uint64_t native_id, char name[THREAD_NAME_BYTES]);

#endif
