/* A recording's file while it is read: recording_file.c begins, load_sampler.c has what lies in it.
   No Python.h here. */

#ifndef GILEXT_LOADING_H
#define GILEXT_LOADING_H

#include "os/read_file.h"
#include "recording/recording_file.h"

struct loading {
    struct read_recording *recording;
    struct read_file file;
    struct sampler *raw; /* as it lies in the file */
    bool has_no_memory;
    bool is_damaged;
};

/* Make the recording's sampler of the raw one: what it points to lies in the file, and what it has
   of its process means nothing here. */
void load_sampler(struct loading *loading);

/* Read the notes, as far as they are whole. */
void load_notes(struct loading *loading);

#endif
