/* What a sampling thread asks of the process that it lives in, on POSIX and Windows. */

#ifndef GILEXT_OS_PROCESS_H
#define GILEXT_OS_PROCESS_H

#include <stdint.h>

int64_t this_process(void);

/* When it was started, in clock ticks since the system was, as Linux's /proc/self/stat has it; 0 if
   that is unknown. With it, a process's number is its alone. */
uint64_t this_process_start(void);

/* How often a thread of this process had to leave its core to another thread; 0 on Windows, which
   doesn't count them. */
uint64_t involuntary_context_switches(void);

/* In a thread of ours: a signal to the process goes to any thread that doesn't block it, and this
   one isn't the program's. */
void os_block_signals(void);

#endif
