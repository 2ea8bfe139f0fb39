/* For how long each thread was attached while there was no GIL, from samples that say which threads
   were. Between two samples that differ, a thread is taken to attach or detach halfway. No Python.h
   here.

   The sums of a thread are in its holder_total; here are those of the time, and what the last
   sample saw. A GIL that comes back ends the time without one, and it may go again. */

#ifndef GILEXT_ATTACHMENTS_H
#define GILEXT_ATTACHMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpython/thread_states.h"
#include "recording/recorder.h"

struct attached_thread {
    gil_holder state;
    int32_t slot, number; /* in the recorder */
    uint64_t native_id;
    bool is_new; /* it wasn't attached in the sample before */
};

/* When a slot's thread was last seen attached. */
struct seen_attached {
    uint64_t sample;
    int32_t number;
};

/* The sums of the time. */
struct time_without_gil {
    uint64_t samples, samples_with_gil;
    struct integral without_gil; /* of 1 while there is no GIL */
    uint64_t observed_ns;        /* of the pairs of samples without one that lay close together */
    uint64_t observed_pairs;
    double unseen_ns2; /* the squares of the distances of the others */
};

struct attachments {
    struct time_without_gil time;
    uint64_t last_ns; /* when the last sample was taken, */
    bool had_gil;     /* and whether it found a GIL */
    size_t count;
    struct attached_thread threads[RECORDER_MAX_HOLDERS]; /* attached in the last sample */
    struct seen_attached seen[RECORDER_MAX_HOLDERS];      /* by slot */
};

void attachments_init(struct attachments *attachments);

/* What a sample saw. With a GIL, nobody counts as attached. */
struct attached_sighting {
    uint64_t now_ns; /* never goes backwards */
    bool has_gil;
    struct attached_thread *found; /* whose `is_new` is filled in */
    size_t count;
};

void attachments_note(struct attachments *attachments, struct recorder *recorder,
                      const struct attached_sighting *sighting);

#endif
