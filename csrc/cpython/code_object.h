/* One code object, read from outside: its names and its line table. A part of code_cache.c.
   Includes Python.h. */

#ifndef GILEXT_CODE_OBJECT_H
#define GILEXT_CODE_OBJECT_H

#include "cpython/layouts.h"

#ifdef GILEXT_KNOWS_FRAMES

#include "os/memory.h"

/* What follows are the instructions. */
enum { CODE_HEAD_SIZE = offsetof(PyCodeObject, co_code_adaptive) };

enum code_part { CODE_FILE, CODE_FUNCTION, CODE_TABLE, CODE_PARTS };

/* A string or bytes object, as it lay in memory. */
struct raw_object {
    const void *from;
    char *bytes;
    char *again; /* the place for another copy; NULL: the code has a version */
    size_t size;
};

struct code_object {
    PyCodeObject head; /* of its instructions, nothing was read */
    struct raw_object parts[CODE_PARTS];
    char *file; /* UTF-8; all texts and parts are in this piece of memory */
    char *function;
    size_t memory_size;
};

/* The number that no other code object gets; 0: it has none. */
static inline uint32_t
code_version(const PyCodeObject *head)
{
#if PY_VERSION_HEX >= 0x030C0000
    return head->co_version;
#else
    (void)head;
    return 0;
#endif
}

/* Read one whose head was copied. False if it isn't one, or is gone. */
bool code_object_read(const struct memory_source *source, struct code_object *code,
                      const void *address, const PyCodeObject *head);
void code_object_clear(struct code_object *code);

/* How to copy its parts once more, if it has no version: CODE_PARTS pieces. */
void code_object_pieces(const struct code_object *code, struct memory_piece *pieces);

/* Whether it is the same that the head, and the parts that were copied once more, are of. */
bool code_object_is(const struct memory_source *source, const struct code_object *code,
                    const PyCodeObject *head);

const uint8_t *code_object_line_table(const struct code_object *code, size_t *size);

#endif

#endif
