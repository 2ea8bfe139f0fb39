/* The memory of a recording. Without a file it is that of malloc(); with one, blocks lie in the
   file one after another, and nothing is given back before its end: arrays that double take less
   than twice the room of the last. No Python.h here.

   A block that is moved leaves its bytes as they were: who reads the file while it is written finds
   the arrays whole that a struct in it points to. */

#ifndef GILEXT_ARENA_H
#define GILEXT_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "os/mapped_file.h"
#include "os/os_threads.h"
#include "recording/file_header.h"

/* NULL is the arena of what has no file. */
struct arena {
    os_mutex mutex; /* guards what follows */
    struct mapped_file file;
    struct file_header *header;
    struct file_note *last_note;
    size_t used;
    bool is_cut; /* to what is used */
};

/* What the header is to say. */
struct arena_origin {
    const char *gilext_version;
    uint64_t layout;
};

/* Create a file that may grow to `max_bytes`. 0, or an errno. */
int arena_create(struct arena **arena, const char *path, size_t max_bytes,
                 const struct arena_origin *origin);

/* Give the file its name: a reader finds the block at `root` there. 0, or an errno. */
int arena_publish(struct arena *arena, const void *root);

/* No more of the file is needed than what is used now. */
void arena_cut(struct arena *arena);

/* In a forked child: leave the file to the parent, and keep a copy of what was used up to here. */
void arena_leave(struct arena *arena, bool keeps_all, size_t root_size);

/* Nothing may be used any more that lies in it. */
void arena_close(struct arena *arena);

/* As realloc() does. NULL if there is no room; then the block stays as it was. */
void *arena_resize(struct arena *arena, void *block, size_t old_size, size_t size);
void arena_free(struct arena *arena, void *block);

/* Append a note. False if there is no file, or no room. */
bool arena_write_note(struct arena *arena, const char *key, size_t key_size, const void *value,
                      size_t value_size);

#endif
