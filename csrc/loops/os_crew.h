/* The machine's limit: a loop in plain OS threads, without Python, timed in C.
   What a crew of Python threads reaches is judged against it. */

#ifndef GILEXT_OS_CREW_H
#define GILEXT_OS_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loops/meeting.h"
#include "os/os_threads.h"

enum loop_name { LOOP_SPIN, LOOP_COUNT_PRIMES, LOOP_CHECKSUM };

/* One loop with its arguments: `number` for spin and count_primes, `data` for checksum. */
struct loop_call {
    enum loop_name name;
    uint64_t number;
    const void *data;
    size_t length;
};

struct os_crew;

struct os_worker {
    struct os_crew *crew;
    os_thread thread;
    uint64_t start_ns;
    uint64_t end_ns;
    uint64_t cpu_ns;
    uint64_t result;
};

struct os_crew {
    struct loop_call call;
    struct meeting start_line;
    bool is_complete;
    uint32_t size;
    struct os_worker *workers;
};

/* Run `call` in `size` threads, `workers` being room for so many, from one starting line.
   False when the system can't start so many threads: then no worker has run. */
bool os_crew_run(struct os_crew *crew, struct loop_call call, struct os_worker *workers,
                 uint32_t size);

/* From the first worker's start to the last one's end, in nanoseconds. */
uint64_t os_crew_wall_ns(const struct os_crew *crew);

/* CPU time of all workers together, in nanoseconds. */
uint64_t os_crew_cpu_ns(const struct os_crew *crew);

#endif
