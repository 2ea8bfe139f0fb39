#include "recording/live_stall.h"

#include <string.h>

uint64_t
live_stall_wait_ns(const struct live_stall *stall)
{
    return stall->seen_ns - stall->waiting_since_ns;
}

void
live_stall_clear(struct live_stall *stall)
{
    stall->frame_count = stall->frames_omitted = stall->named_count = stall->text_size = 0;
    stall->is_collection = stall->has_callable = stall->has_task = false;
}

/* -- frames --------------------------------------------------------------------------------- */

static size_t
keep_text(struct live_stall *stall, const char *text)
{
    size_t at = stall->text_size, size = strlen(text) + 1;
    memcpy(stall->text + at, text, size);
    stall->text_size += size;
    return at;
}

/* Frames of the same file often follow each other: `last` is the one before, or NULL. */
static bool
keep_frame(struct live_stall *stall, const struct named_frame *named, const struct live_frame *last,
           struct live_frame *frame)
{
    bool is_same_file = last != NULL && strcmp(stall->text + last->file, named->file) == 0;
    size_t size = strlen(named->function) + 1 + (is_same_file ? 0 : strlen(named->file) + 1);
    if (size > LIVE_STALL_TEXT_BYTES - stall->text_size) {
        return false;
    }
    frame->file = is_same_file ? last->file : keep_text(stall, named->file);
    frame->function = keep_text(stall, named->function);
    frame->line = named->location.line;
    return true;
}

void
live_stall_add_frame(struct live_stall *stall, const struct named_frame *named)
{
    size_t count = stall->frame_count;
    const struct live_frame *last = count == 0 ? NULL : &stall->frames[count - 1];
    if (stall->frames_omitted == 0 && count < LIVE_STALL_MAX_FRAMES &&
        keep_frame(stall, named, last, &stall->frames[count])) {
        stall->frame_count++;
    }
    else {
        stall->frames_omitted++;
    }
}

static bool
keep_if_it_fits(struct live_stall *stall, const char *text, size_t *at)
{
    bool fits = strlen(text) < LIVE_STALL_TEXT_BYTES - stall->text_size;
    if (fits) {
        *at = keep_text(stall, text);
    }
    return fits;
}

void
live_stall_add_callable(struct live_stall *stall, const char *callable)
{
    stall->has_callable = keep_if_it_fits(stall, callable, &stall->callable);
}

void
live_stall_add_task(struct live_stall *stall, const char *task)
{
    stall->has_task = keep_if_it_fits(stall, task, &stall->task);
}

bool
live_stall_add_waiter(struct live_stall *stall, const struct live_thread *thread,
                      const struct named_frame *named)
{
    if (stall->named_count == LIVE_STALL_MAX_WAITERS) {
        return false;
    }
    struct live_waiter *waiter = &stall->named[stall->named_count++];
    waiter->thread = *thread;
    waiter->has_frame = named != NULL && keep_frame(stall, named, NULL, &waiter->frame);
    return true;
}
