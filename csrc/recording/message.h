/* A message of limited length, as text or as JSON, built without memory of the heap: what doesn't
   fit is left out whole. A Python author would call it an io.BytesIO with a limit. */

#ifndef GILEXT_MESSAGE_H
#define GILEXT_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A pipe takes up to 4096 bytes whole or not at all (POSIX's PIPE_BUF, as Linux has it). */
enum { MESSAGE_BYTES = 4096 };

struct message {
    size_t size;
    bool is_cut; /* something didn't fit */
    char bytes[MESSAGE_BYTES];
};

void message_begin(struct message *message);

void message_add(struct message *message, const char *text);
void message_add_number(struct message *message, uint64_t number);

/* Nanoseconds as seconds: 0.512. */
void message_add_seconds(struct message *message, uint64_t nanoseconds);

/* A name that the program chose, for people: what would steer a terminal is a question mark. */
void message_add_name(struct message *message, const char *name);

/* The same as a JSON string, with its quotes; bytes that aren't UTF-8 are U+FFFD. */
void message_add_json(struct message *message, const char *text);

/* Keep what was added since the message had that size, if it fits and leaves so much room for what
   follows; else take it away. Returns whether it was kept. */
bool message_keep(struct message *message, size_t size_before, size_t room);

#endif
