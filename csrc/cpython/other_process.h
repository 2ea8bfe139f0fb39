/* The interpreters, threads and GILs of another process, which runs the same program file as this
   one: so what this room knows of their layout holds there too. other_process.c is the only file
   that reads them there.

   All is copied piece by piece while the process runs: an address is believed only as far as a copy
   can be had, and two copies may be of two moments. */

#ifndef GILEXT_OTHER_PROCESS_H
#define GILEXT_OTHER_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "cpython/attachment.h"
#include "cpython/gil_state.h"
#include "os/memory.h"

struct other_interpreter {
    int64_t id;
    uintptr_t gil;
    uintptr_t newest_thread;
    uintptr_t next; /* 0: none */
};

struct other_gil {
    bool is_enabled; /* false only in a free-threaded build */
    struct gil_sample sample;
    uint32_t waiters; /* as gil_state_waiters() has it */
};

struct other_thread {
    struct gil_thread thread;
    enum attachment attachment; /* meaningful in free-threaded builds */
    bool wants;                 /* as gil_state_wants() has it */
    uintptr_t next;             /* 0: none */
};

/* The newest interpreter; 0: there is none yet, or none any more. False if it can't be read; errno
   says why if that is refused. */
bool other_process_find(const struct memory_source *source, uintptr_t *interpreter);

/* False if what should be there is gone. */
bool other_process_copy_interpreter(const struct memory_source *source, uintptr_t address,
                                    struct other_interpreter *interpreter);
bool other_process_copy_gil(const struct memory_source *source, uintptr_t address,
                            struct other_gil *gil);
bool other_process_copy_thread(const struct memory_source *source, uintptr_t address,
                               struct other_thread *thread);

#endif
