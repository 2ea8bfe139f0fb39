/* Strings, read from outside: str objects that were copied, as UTF-8. Includes Python.h. */

#ifndef GILEXT_TEXT_OBJECT_H
#define GILEXT_TEXT_OBJECT_H

#include "cpython/layouts.h"

#ifdef GILEXT_KNOWS_FRAMES

#include <stdbool.h>
#include <stddef.h>

#include "cpython/frame_state.h"

/* Whether a copied head is that of a string whose characters follow it, as those of names do. */
bool text_object_is_text(const struct memory_source *source, const PyASCIIObject *head);

/* How far behind its head the characters begin, and where those end of which names are made. */
size_t text_object_offset(const PyASCIIObject *head);
size_t text_object_size(const PyASCIIObject *head);

/* Of a copy of that size. */
void text_object_write(const char *copy, char text[MAX_NAME_BYTES]);

/* Read one that may be gone: false if it is, or if it is something else. */
bool text_object_read(const void *object, char text[MAX_NAME_BYTES]);

#endif

#endif
