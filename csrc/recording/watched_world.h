/* What a sampler keeps of a world without a GIL. No Python.h here. */

#ifndef GILEXT_WATCHED_WORLD_H
#define GILEXT_WATCHED_WORLD_H

#include <stdatomic.h>

#include "recording/attachments.h"
#include "recording/pauses.h"

struct watched_world {
    struct attachments attachments;
    struct pauses pauses;
    struct attached_thread found[RECORDER_MAX_HOLDERS]; /* by the sample that is being taken */
    atomic_bool is_pausing; /* relaxed: it only says that samples should come faster */
};

#endif
