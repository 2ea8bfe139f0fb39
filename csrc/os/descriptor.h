/* Writing to a file descriptor from a thread that must not wait: what nobody reads is lost; and
   waiting for one. */

#ifndef GILEXT_DESCRIPTOR_H
#define GILEXT_DESCRIPTOR_H

#include <stddef.h>
#include <stdint.h>

/* Write what there is room for now, and return how many bytes that was. A terminal or a pipe that
   isn't in non-blocking mode may still wait if others fill it at the same moment. */
size_t descriptor_write_now(int descriptor, const void *bytes, size_t size);

/* Wait until there is something to read, or nobody is left who could write, or for that long. Not
   on Windows, where it returns at once. */
void descriptor_await(int descriptor, uint64_t longest_ns);

#endif
