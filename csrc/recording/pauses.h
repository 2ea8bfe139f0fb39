/* Joins samples of the world into pauses: a thread asks for it to stop, it stands still, and it
   goes on. No Python.h here.

   A pause is as long as it was seen: from the first sample that found it asked for to the last that
   found it asked for or standing still. One between two samples isn't seen at all. As CPython
   doesn't number its stops, two in a row of one thread that leave nothing in between to be seen are
   one.

   While the world is asked to stop, threads that are attached keep it from that, each until it was
   last seen attached. */

#ifndef GILEXT_PAUSES_H
#define GILEXT_PAUSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpython/world.h"

enum { MAX_PAUSES = 256, MAX_WAITED_FOR = 16 };

struct waited_for {
    uint64_t until_ns;
    int32_t number; /* of the thread, in the recorder */
    uint32_t row;   /* of the profile: where it stayed attached; POOL_NONE: unknown */
};

struct pause {
    uint64_t start_ns;
    uint64_t stopping_until_ns; /* when it was first seen standing still, or last seen asked for */
    uint64_t stopped_until_ns;  /* when it was last seen standing still; 0: it never was */
    int32_t asker;              /* a thread's number; RECORDER_NOBODY: unknown */
    uint32_t row;               /* where it asked; POOL_NONE: unknown */
    uint32_t waited_count;
    struct waited_for waited_for[MAX_WAITED_FOR]; /* of more, those that it waited for last */
};

struct pauses {
    uint64_t seen; /* the one that goes on included */
    bool is_open;
    struct world_sample last; /* of the one that goes on */
    struct pause open;
    size_t count;
    struct pause kept[MAX_PAUSES]; /* the longest of those that are over, in no order */
};

void pauses_init(struct pauses *pauses);

/* What a sample saw; `asker` is the requester's number, or RECORDER_NOBODY. */
void pauses_note(struct pauses *pauses, uint64_t now_ns, const struct world_sample *world,
                 int32_t asker);

/* A thread was attached in that sample, while the world was asked to stop: not the asker. */
void pauses_note_attached(struct pauses *pauses, uint64_t now_ns, int32_t number);

/* Whether it isn't known yet where a thread that is waited for stayed attached. */
bool pauses_want_row(struct pauses *pauses, int32_t number);

/* What is found out later of the pause that was the `seen`-th: dropped if it is over. */
void pauses_set_asker_row(struct pauses *pauses, uint64_t seen, uint32_t row);
void pauses_set_attached_row(struct pauses *pauses, uint64_t seen, int32_t number, uint32_t row);

/* The recording ends. */
void pauses_finish(struct pauses *pauses);

#endif
