#include "recording/attachments.h"

#include <string.h>

void
attachments_init(struct attachments *attachments)
{
    memset(attachments, 0, sizeof *attachments);
    attachments->had_gil = true;
    for (int32_t slot = 0; slot < RECORDER_MAX_HOLDERS; slot++) {
        attachments->seen[slot].number = RECORDER_NOBODY;
    }
}

/* The time between the last two samples. */
struct gap {
    uint64_t ns;
    bool is_seen; /* they lay close enough together to tell of a change */
};

/* As the recorder counts pairs, of those in which there was no GIL. */
static void
count_pair(struct attachments *attachments, const struct gap *gap, bool has_gil)
{
    integral_add(&attachments->time.without_gil, !attachments->had_gil, !has_gil, gap->ns,
                 gap->is_seen);
    if (has_gil || attachments->had_gil) {
        return;
    }
    if (!gap->is_seen) {
        attachments->time.unseen_ns2 += (double)gap->ns * (double)gap->ns;
        return;
    }
    attachments->time.observed_pairs++;
    attachments->time.observed_ns += gap->ns;
}

/* Of those found now: half of the gap, and the other half too if they were attached before. */
static void
count_found(struct attachments *attachments, struct recorder *recorder, const struct gap *gap,
            struct attached_thread *thread)
{
    struct seen_attached *seen = &attachments->seen[thread->slot];
    thread->is_new =
        seen->number != thread->number || seen->sample + 1 != attachments->time.samples;
    integral_add(&recorder->holders[thread->slot].attached, !thread->is_new, 1, gap->ns,
                 gap->is_seen);
    *seen = (struct seen_attached){attachments->time.samples, thread->number};
}

/* Of one found before: half of the gap, if it isn't found now. A slot that has become another
   thread's tells no more of it. */
static void
count_gone(const struct attachments *attachments, struct recorder *recorder, const struct gap *gap,
           const struct attached_thread *thread)
{
    const struct seen_attached *seen = &attachments->seen[thread->slot];
    struct holder_total *total = &recorder->holders[thread->slot];
    if (total->number == thread->number && seen->sample != attachments->time.samples) {
        integral_add(&total->attached, 1, 0, gap->ns, gap->is_seen);
    }
}

void
attachments_note(struct attachments *attachments, struct recorder *recorder,
                 const struct attached_sighting *sighting)
{
    struct attached_thread *before = attachments->threads;
    bool is_first = attachments->time.samples++ == 0;
    struct gap gap = {.ns = is_first ? 0 : sighting->now_ns - attachments->last_ns};
    gap.is_seen = !is_first && gap.ns <= recorder->max_gap_ns;
    count_pair(attachments, &gap, sighting->has_gil);
    for (size_t i = 0; i < sighting->count; i++) {
        count_found(attachments, recorder, &gap, &sighting->found[i]);
    }
    for (size_t i = 0; i < attachments->count; i++) {
        count_gone(attachments, recorder, &gap, &before[i]);
    }
    if (sighting->count > 0) { /* or there may be no array */
        memcpy(before, sighting->found, sighting->count * sizeof *before);
    }
    attachments->count = sighting->count;
    attachments->last_ns = sighting->now_ns;
    attachments->had_gil = sighting->has_gil;
    attachments->time.samples_with_gil += sighting->has_gil;
}
