/* Reading a file at given places. Not on Windows. */

#ifndef GILEXT_READ_FILE_H
#define GILEXT_READ_FILE_H

#include <stddef.h>
#include <stdint.h>

struct read_file {
    int descriptor;
    uint64_t size;
};

/* 0, or an errno; EINVAL for what isn't a file, which might keep its reader waiting. */
int read_file_open(struct read_file *file, const char *path);
void read_file_close(struct read_file *file);

/* It may have grown. */
void read_file_update_size(struct read_file *file);

/* How many bytes were there to be read. */
size_t read_file_at(const struct read_file *file, uint64_t offset, void *to, size_t size);

#endif
