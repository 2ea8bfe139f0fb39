/* Stands in for the thread that would wait for the GIL, in a program in which nobody does: without
   one, C code that holds the GIL for long looks like Python code that would have given it away.

   Here is what it sees and keeps; py_stand_in.c has its threads, one that samples and one that
   requests the GIL. It does so only when the holder has stood at one place for a while and nobody
   else waits: a program that keeps nobody waiting isn't disturbed. */

#ifndef GILEXT_STAND_IN_H
#define GILEXT_STAND_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checking/core_delays.h"
#include "checking/standstill.h"

enum { STAND_IN_MAX_REQUESTS = 256 };

struct stand_in_request {
    uint64_t since_ns; /* the holder stands still */
    uint64_t requested_ns;
    uint64_t refused_ns; /* since when the holder has known of it; 0: it granted it at once */
    uint64_t granted_ns;
};

struct stand_in {
    struct gil gil;
    uint64_t patience_ns; /* for how long the holder has to stand still */
    struct standstill standstill;

    struct core_delays delays;

    bool is_pending; /* a request, until it is granted */
    struct stand_in_request pending;
    uint64_t pending_switches;
    struct stand_in_request requests[STAND_IN_MAX_REQUESTS]; /* the longest */
    size_t request_count;
};

void stand_in_init(struct stand_in *stand_in, const struct gil *gil, uint64_t patience_ns);
void stand_in_free(struct stand_in *stand_in);

/* How long to pause between two samples, on average. */
uint64_t stand_in_interval_ns(const struct stand_in *stand_in);

/* Take a sample. True if the GIL has to be requested now. */
bool stand_in_sample(struct stand_in *stand_in);

void stand_in_note_grant(struct stand_in *stand_in, uint64_t granted_ns);

#endif
