/* Dictionaries, read from outside while the program may change them. What is found may be wrong
   then, and is checked by those who asked for it. A part of asyncio_task.c. */

#ifndef GILEXT_DICT_OBJECT_H
#define GILEXT_DICT_OBJECT_H

#include <stdbool.h>
#include <stddef.h>

/* How many keys it has. False if it is gone. */
bool dict_object_count(const void *dict, size_t *count);

/* The value of a key that is an ASCII string; NULL: there is none, or it couldn't be read. */
const void *dict_object_find(const void *dict, const char *key);

/* Its values, in order: how many they are, `max` at most. */
size_t dict_object_values(const void *dict, const void **values, size_t max);

#endif
