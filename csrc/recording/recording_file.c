#include "recording/recording_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "recording/loading.h"
#include "recording/recording_check.h"

enum { MAX_TRIES = 100 };

/* -- the header ------------------------------------------------------------------------------ */

static enum recording_found
read_header(struct loading *loading)
{
    struct file_header *header = &loading->recording->header;
    size_t size = read_file_at(&loading->file, 0, header, sizeof *header);
    if (size < sizeof header->magic ||
        memcmp(header->magic, FILE_MAGIC, sizeof header->magic) != 0) {
        return RECORDING_NONE;
    }
    header->gilext_version[FILE_VERSION_BYTES - 1] = '\0';
    if (size < sizeof *header) {
        return RECORDING_DAMAGED;
    }
    if (header->format != FILE_FORMAT || header->pointer_bytes != sizeof(void *) ||
        header->layout != sampler_layout()) {
        return RECORDING_FOREIGN;
    }
    return RECORDING_FOUND;
}

static uint64_t
sequence_of(const struct journal *journal)
{
    return atomic_load(&journal->sequence);
}

/* While its process runs, the recorder may be written as it is read: then again. */
static void
read_recorder(struct loading *loading)
{
    const size_t begin = offsetof(struct sampler, journal);
    const size_t end = offsetof(struct sampler, recorder) + sizeof(struct recorder);
    const uint64_t place = loading->recording->header.root + begin;
    struct sampler *raw = loading->raw;
    struct journal after = {.sequence = 0};
    for (int tries = 0; tries < MAX_TRIES; tries++) {
        read_file_at(&loading->file, place, (char *)raw + begin, end - begin);
        read_file_at(&loading->file, place, &after, sizeof after);
        if (sequence_of(&raw->journal) == sequence_of(&after)) {
            break;
        }
    }
}

static bool
read_root(struct loading *loading)
{
    const uint64_t root = loading->recording->header.root;
    if (root == 0 || read_file_at(&loading->file, root, loading->raw, sizeof *loading->raw) <
                         sizeof *loading->raw) {
        return false;
    }
    read_recorder(loading);
    return true;
}

/* -- the sampler ----------------------------------------------------------------------------- */

/* The holds of some have their holders' numbers, and those of others their places. */
static void
drop_mixed_numbers(struct sampler *sampler)
{
    sampler->activity.knows_clocks = false;
    sampler->activity.rows.count = 0;
    if (sampler->recorder.folded_count > 0) {
        sampler->recorder.holds.count = 0;
        sampler->recorder.holds.full_ns = sampler->recorder.start_ns;
    }
}

/* What a sampler does when it is stopped, as of the last sample that it took. */
static void
end_now(struct sampler *sampler)
{
    waiters_finish(&sampler->waiters, &sampler->recorder);
    recorder_finish(&sampler->recorder, sampler->recorder.last.now_ns);
    pauses_finish(&sampler->world.pauses);
    if (atomic_load(&sampler->numbering) == NUMBERED_NOT_YET) {
        sampler_number_by_place(sampler);
    }
}

static enum recording_found
load(struct loading *loading, const char **damage)
{
    struct read_recording *recording = loading->recording;
    if (!read_root(loading)) {
        return RECORDING_DAMAGED;
    }
    read_header(loading); /* what has come since the root was read is behind what it leads to */
    read_file_update_size(&loading->file);
    recording->is_cut = loading->file.size < recording->header.used;
    struct sampler *sampler = recording->sampler;
    load_sampler(loading);
    if (loading->has_no_memory) {
        return RECORDING_NO_MEMORY;
    }
    if (atomic_load(&sampler->numbering) == NUMBERED_IN_PART) {
        drop_mixed_numbers(sampler);
    }
    *damage = loading->is_damaged
                  ? "its arrays"
                  : recording_check(sampler, recording->is_ended && !recording->is_cut);
    if (*damage != NULL) {
        return RECORDING_DAMAGED;
    }
    end_now(sampler);
    atomic_store(&sampler->state, SAMPLER_STOPPED);
    return RECORDING_FOUND;
}

/* -- its life -------------------------------------------------------------------------------- */

static enum recording_found
read_all(struct loading *loading, const char **damage)
{
    struct read_recording *recording = loading->recording;
    loading->raw = malloc(sizeof *loading->raw);
    recording->sampler = calloc(1, sizeof *recording->sampler);
    if (loading->raw == NULL || recording->sampler == NULL) {
        free(recording->sampler);
        recording->sampler = NULL;
        return RECORDING_NO_MEMORY;
    }
    sampler_init(recording->sampler, &(struct sampling){.interval_ns = 1});
    enum recording_found found = read_header(loading);
    if (found == RECORDING_FOUND) {
        found = load(loading, damage);
    }
    if (found == RECORDING_FOUND) {
        load_notes(loading);
    }
    return loading->has_no_memory ? RECORDING_NO_MEMORY : found;
}

enum recording_found
recording_read(struct read_recording *recording, const char *path, const char **damage)
{
    struct loading loading = {.recording = recording};
    *recording = (struct read_recording){0};
    *damage = "its header";
    int failure = read_file_open(&loading.file, path);
    enum recording_found found = failure != 0 ? RECORDING_UNREADABLE : read_all(&loading, damage);
    read_file_close(&loading.file);
    free(loading.raw);
    errno = failure;
    return found;
}

void
recording_free(struct read_recording *recording)
{
    while (recording->notes != NULL) {
        struct read_note *next = recording->notes->next;
        free(recording->notes);
        recording->notes = next;
    }
    if (recording->sampler != NULL) {
        sampler_destroy(recording->sampler);
        free(recording->sampler);
    }
}
