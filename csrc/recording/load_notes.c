#include "recording/loading.h"

#include <stdlib.h>

enum { MAX_NOTES = 1 << 20 };

static struct read_note *
read_note(struct loading *loading, uint64_t offset, uint64_t *next)
{
    struct file_note head;
    const uint64_t size = loading->file.size;
    if (offset > size || size - offset < sizeof head ||
        read_file_at(&loading->file, offset, &head, sizeof head) < sizeof head) {
        return NULL;
    }
    size_t bytes = (size_t)head.key_size + head.value_size;
    if (bytes > size - offset - sizeof head) {
        return NULL;
    }
    struct read_note *note = malloc(sizeof *note + bytes);
    if (note == NULL) {
        loading->has_no_memory = true;
        return NULL;
    }
    *note = (struct read_note){.key_size = head.key_size, .value_size = head.value_size};
    *next = atomic_load(&head.next);
    if (read_file_at(&loading->file, offset + sizeof head, note->bytes, bytes) < bytes) {
        free(note);
        return NULL;
    }
    return note;
}

/* Each lies behind the one before. */
void
load_notes(struct loading *loading)
{
    struct read_note **place = &loading->recording->notes;
    uint64_t offset = loading->recording->header.first_note, next = 0;
    for (int count = 0; offset != 0 && count < MAX_NOTES; count++) {
        struct read_note *note = read_note(loading, offset, &next);
        if (note == NULL || (next != 0 && next <= offset)) {
            free(note);
            loading->recording->is_cut = true;
            return;
        }
        *place = note;
        place = &note->next;
        offset = next;
    }
}
