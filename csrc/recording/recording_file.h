/* Reads a recording back from the file in which it was made. What is in the file is believed only
   as far as it was checked: it may be torn, cut short, or made up. No Python.h here. */

#ifndef GILEXT_RECORDING_FILE_H
#define GILEXT_RECORDING_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recording/file_header.h"
#include "recording/sampler.h"

struct read_note {
    struct read_note *next;
    uint32_t key_size, value_size;
    char bytes[]; /* the key, and then the value */
};

struct read_recording {
    struct sampler *sampler; /* a stopped one, which has its own memory */
    struct read_note *notes;
    struct file_header header;
    bool is_ended;    /* otherwise its process still runs, or has ended without a last sample */
    bool was_writing; /* a sample, which was taken back */
    bool is_cut;      /* the file ends too early: what was behind is missing */
};

enum recording_found {
    RECORDING_FOUND,
    RECORDING_UNREADABLE, /* errno says why */
    RECORDING_NONE,       /* the file is something else */
    RECORDING_FOREIGN,    /* of another version, or another kind of machine: `header` says which */
    RECORDING_DAMAGED,    /* `damage` says how */
    RECORDING_NO_MEMORY,
};

enum recording_found recording_read(struct read_recording *recording, const char *path,
                                    const char **damage);

/* What recording_read() has made, in any case. */
void recording_free(struct read_recording *recording);

#endif
