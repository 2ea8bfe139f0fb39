#include "recording/arena.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "os/clock.h"
#include "os/os_process.h"
#include "os/wall_clock.h"

enum {
    ALIGNMENT = 16,
    GROWTH = 1 << 19, /* of the file, at least */
};

static size_t
round_up(size_t size, size_t unit)
{
    return (size + unit - 1) / unit * unit;
}

/* -- its life -------------------------------------------------------------------------------- */

static void
write_header(struct arena *arena, const struct arena_origin *origin)
{
    struct file_header *header = arena->header;
    memcpy(header->magic, FILE_MAGIC, sizeof header->magic);
    header->format = FILE_FORMAT;
    strncpy(header->gilext_version, origin->gilext_version, FILE_VERSION_BYTES - 1);
    header->pointer_bytes = sizeof(void *);
    header->layout = origin->layout;
    header->base = (uint64_t)(uintptr_t)arena->file.base;
    header->process = this_process();
    header->process_start = this_process_start();
    header->wall_ns = wall_clock_ns();
    header->clock_ns = clock_monotonic_ns();
    arena->used = round_up(sizeof *header, ALIGNMENT);
    atomic_init(&header->used, arena->used);
    atomic_init(&header->first_note, 0);
}

int
arena_create(struct arena **arena, const char *path, size_t max_bytes,
             const struct arena_origin *origin)
{
    struct arena *created = calloc(1, sizeof *created);
    if (created == NULL) {
        return ENOMEM;
    }
    int failure = mapped_file_create(&created->file, path, max_bytes, GROWTH);
    if (failure != 0) {
        free(created);
        return failure;
    }
    os_mutex_init(&created->mutex);
    created->header = (struct file_header *)(void *)created->file.base;
    write_header(created, origin);
    *arena = created;
    return 0;
}

static uint64_t
offset_of(const struct arena *arena, const void *block)
{
    return (uint64_t)((const char *)block - arena->file.base);
}

int
arena_publish(struct arena *arena, const void *root)
{
    arena->header->root = offset_of(arena, root);
    return mapped_file_publish(&arena->file);
}

void
arena_cut(struct arena *arena)
{
    if (arena != NULL) {
        os_mutex_lock(&arena->mutex);
        mapped_file_cut(&arena->file, arena->used);
        arena->is_cut = true;
        os_mutex_unlock(&arena->mutex);
    }
}

void
arena_leave(struct arena *arena, bool keeps_all, size_t root_size)
{
    if (arena != NULL) {
        size_t root_end = arena->header->root + root_size;
        os_mutex_init(&arena->mutex); /* a thread that isn't here may have had it */
        mapped_file_leave(&arena->file, keeps_all ? arena->used : root_end);
    }
}

void
arena_close(struct arena *arena)
{
    if (arena != NULL) {
        arena_cut(arena);
        mapped_file_close(&arena->file);
        os_mutex_destroy(&arena->mutex);
        free(arena);
    }
}

/* -- blocks ---------------------------------------------------------------------------------- */

/* Make room for `size` bytes behind what is used. */
static bool
make_room(struct arena *arena, size_t size)
{
    struct mapped_file *file = &arena->file;
    if (size > file->reserved - arena->used) {
        return false;
    }
    size_t needed = arena->used + size;
    if (needed <= file->size) {
        return true;
    }
    size_t wanted = round_up(needed, GROWTH);
    wanted = wanted < file->reserved ? wanted : file->reserved;
    return mapped_file_grow(file, wanted) || mapped_file_grow(file, needed);
}

static void *
take(struct arena *arena, size_t size)
{
    size = round_up(size, ALIGNMENT);
    if (!make_room(arena, size)) {
        return NULL;
    }
    void *block = arena->file.base + arena->used;
    arena->used += size;
    atomic_store_explicit(&arena->header->used, arena->used, memory_order_relaxed);
    return block;
}

void *
arena_resize(struct arena *arena, void *block, size_t old_size, size_t size)
{
    if (arena == NULL) {
        return realloc(block, size);
    }
    os_mutex_lock(&arena->mutex);
    void *resized = take(arena, size);
    os_mutex_unlock(&arena->mutex);
    if (resized != NULL && block != NULL) {
        memcpy(resized, block, old_size < size ? old_size : size);
    }
    return resized;
}

void
arena_free(struct arena *arena, void *block)
{
    if (arena == NULL) {
        free(block);
    }
}

/* -- notes ----------------------------------------------------------------------------------- */

/* Written before anything leads to it. */
static struct file_note *
make_note(struct arena *arena, const char *key, size_t key_size, const void *value,
          size_t value_size)
{
    struct file_note *note = take(arena, sizeof *note + key_size + value_size);
    if (note != NULL) {
        char *bytes = (char *)(note + 1);
        atomic_init(&note->next, 0);
        note->key_size = (uint32_t)key_size;
        note->value_size = (uint32_t)value_size;
        memcpy(bytes, key, key_size);
        memcpy(bytes + key_size, value, value_size);
    }
    return note;
}

bool
arena_write_note(struct arena *arena, const char *key, size_t key_size, const void *value,
                 size_t value_size)
{
    if (arena == NULL || key_size > UINT16_MAX || value_size > UINT32_MAX / 2) {
        return false;
    }
    os_mutex_lock(&arena->mutex);
    struct file_note *note =
        arena->file.is_shared ? make_note(arena, key, key_size, value, value_size) : NULL;
    if (note != NULL) {
        atomic_uint_fast64_t *link =
            arena->last_note == NULL ? &arena->header->first_note : &arena->last_note->next;
        atomic_store_explicit(link, offset_of(arena, note), memory_order_release);
        arena->last_note = note;
        if (arena->is_cut) {
            mapped_file_cut(&arena->file, arena->used);
        }
    }
    os_mutex_unlock(&arena->mutex);
    return note != NULL;
}
