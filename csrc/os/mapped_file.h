/* A file that is memory: what is written there outlives the process, however it ends. A Python
   author would call it an mmap.mmap() that grows.

   Room in the file is taken before it is used, so that a full disk is an error of growing, and no
   signal. Not on Windows. */

#ifndef GILEXT_MAPPED_FILE_H
#define GILEXT_MAPPED_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mapped_file {
    char *base;
    size_t reserved; /* so far it may grow */
    size_t size;     /* so much of it may be used */
    bool is_shared;  /* false in a forked child that has left it to its parent */
    int descriptor;
    uint64_t device, inode; /* whether the descriptor still is ours: a program may close any */
    char *path;
    char *hidden_path; /* until it is published; then NULL */
};

/* Create a file of zeros next to `path`, which it gets as its name when it is published. 0, or an
   errno, and nothing is left. */
int mapped_file_create(struct mapped_file *file, const char *path, size_t reserved, size_t size);

/* Give it its name; a file that has it by then is replaced. 0, or an errno. */
int mapped_file_publish(struct mapped_file *file);

/* False if there is no room, or the file is no longer ours. */
bool mapped_file_grow(struct mapped_file *file, size_t size);

/* Give back what lies behind `size`. */
void mapped_file_cut(struct mapped_file *file, size_t size);

/* In a forked child: from here on, the first `kept` bytes are a copy of its own, in the same place,
   and the others zeros; nothing that is written there reaches the file. */
void mapped_file_leave(struct mapped_file *file, size_t kept);

void mapped_file_close(struct mapped_file *file);

#endif
