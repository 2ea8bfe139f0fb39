/* What threads are called: by Python, as far as it has told, else by the operating system. */

#ifndef GILEXT_KNOWN_THREADS_H
#define GILEXT_KNOWN_THREADS_H

#include <stddef.h>

#include "os/os_threads.h"
#include "recording/live_stall.h"

enum { MAX_KNOWN_THREADS = 256 };

struct known_threads {
    os_mutex mutex; /* guards what follows */
    struct live_thread items[MAX_KNOWN_THREADS];
    size_t count;
};

/* None is known by then. */
void known_threads_init(struct known_threads *known);
void known_threads_destroy(struct known_threads *known);

/* From now on, Python knows these, and no others. */
void known_threads_set(struct known_threads *known, const struct live_thread *threads,
                       size_t count);

/* Fill in the name of a thread whose numbers are there; "" if nobody knows it. */
void known_threads_find_name(struct known_threads *known, struct live_thread *thread);

#endif
