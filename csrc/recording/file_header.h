/* What a recording's file begins with, and its notes; docs/recording_files.md tells of it. No
   Python.h here. */

#ifndef GILEXT_FILE_HEADER_H
#define GILEXT_FILE_HEADER_H

#include <stdatomic.h>
#include <stdint.h>

#define FILE_MAGIC "\x89GILEXT\n" /* no text, and none that survives being sent as one */

enum {
    FILE_FORMAT = 1, /* counted up when the same bytes come to mean something else */
    FILE_VERSION_BYTES = 32,
};

/* All offsets are in bytes from the beginning of the file; 0: there is none. */
struct file_header {
    char magic[8];
    uint32_t format;
    char gilext_version[FILE_VERSION_BYTES]; /* that wrote it; with a final 0 */
    uint32_t pointer_bytes;
    uint64_t layout; /* of what lies in it: sampler_layout() of who wrote it */
    uint64_t base;   /* the address at which the file lay: what pointers in it count from */
    uint64_t root;   /* of the struct sampler; written last */

    int64_t process;            /* that wrote it */
    uint64_t process_start;     /* field 22 of Linux's /proc/self/stat; 0: unknown */
    uint64_t wall_ns, clock_ns; /* the time of day and the monotonic clock at one moment */

    atomic_uint_fast64_t used; /* bytes, so far */
    atomic_uint_fast64_t first_note;
};

/* Its key and its value follow. */
struct file_note {
    atomic_uint_fast64_t next;
    uint32_t key_size, value_size;
};

#endif
