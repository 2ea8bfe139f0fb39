/* The machine's limit: a loop in plain OS threads, without Python, timed in C. What a crew of
   Python threads reaches is judged against it. */

#ifndef GILEXT_OS_CREW_H
#define GILEXT_OS_CREW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "loops/meeting.h"
#include "os/os_threads.h"

/* What each thread does once, with `argument`. It returns early soon after `is_stopping` is set. */
typedef uint64_t (*os_crew_task)(const void *argument, const atomic_bool *is_stopping);

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
    os_crew_task task;
    const void *argument;
    struct meeting start_line;
    struct meeting end_line;
    uint64_t end_round;
    bool is_complete;
    atomic_bool is_stopping;
    uint32_t size;
    struct os_worker *workers;
};

/* Start the task in `size` threads, `workers` being room for them, from one starting line. False
   when the system can't start that many threads: then no worker has run, and nothing is left. */
bool os_crew_start(struct os_crew *crew, os_crew_task task, const void *argument,
                   struct os_worker *workers, uint32_t size);

/* Wait up to `nanoseconds` for all threads to be done with it. */
bool os_crew_wait(struct os_crew *crew, uint64_t nanoseconds);

/* End the crew, whose threads are done or are to return early. */
void os_crew_finish(struct os_crew *crew);

/* From the first worker's start to the last one's end, in nanoseconds. */
uint64_t os_crew_wall_ns(const struct os_crew *crew);

/* CPU time of all workers together, in nanoseconds. */
uint64_t os_crew_cpu_ns(const struct os_crew *crew);

#endif
