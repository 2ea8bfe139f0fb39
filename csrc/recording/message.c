#include "recording/message.h"

#include <stdio.h>
#include <string.h>

enum { NS_PER_MILLISECOND = 1000000 };

void
message_begin(struct message *message)
{
    message->size = 0;
    message->is_cut = false;
}

static void
add_bytes(struct message *message, const char *bytes, size_t size)
{
    if (size > MESSAGE_BYTES - message->size) {
        message->is_cut = true;
        return;
    }
    memcpy(message->bytes + message->size, bytes, size);
    message->size += size;
}

void
message_add(struct message *message, const char *text)
{
    add_bytes(message, text, strlen(text));
}

void
message_add_number(struct message *message, uint64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    message_add(message, text);
}

void
message_add_seconds(struct message *message, uint64_t nanoseconds)
{
    char text[32];
    uint64_t milliseconds = nanoseconds / NS_PER_MILLISECOND;
    snprintf(text, sizeof text, "%llu.%03u", (unsigned long long)(milliseconds / 1000),
             (unsigned)(milliseconds % 1000));
    message_add(message, text);
}

/* -- what the program chose ----------------------------------------------------------------- */

/* How many bytes of UTF-8 the control character has that stands there; 0 if none does. */
static size_t
control_size(const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (bytes[0] == 0xC2 && bytes[1] >= 0x80 && bytes[1] < 0xA0) {
        return 2;
    }
    return bytes[0] < 0x20 || bytes[0] == 0x7F ? 1 : 0;
}

void
message_add_name(struct message *message, const char *name)
{
    while (*name != '\0') {
        size_t size = control_size(name);
        add_bytes(message, size > 0 ? "?" : name, 1);
        name += size > 0 ? size : 1;
    }
}

/* The length of the UTF-8 character that stands there; 0 if none does. Halves of characters
   (surrogates), which Python's names may have, are none. */
static size_t
character_size(const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t size = bytes[0] < 0x80   ? 1
                  : bytes[0] < 0xC2 ? 0
                  : bytes[0] < 0xE0 ? 2
                  : bytes[0] < 0xF0 ? 3
                  : bytes[0] < 0xF5 ? 4
                                    : 0;
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    bool is_overlong =
        (bytes[0] == 0xE0 && bytes[1] < 0xA0) || (bytes[0] == 0xF0 && bytes[1] < 0x90);
    bool is_surrogate = bytes[0] == 0xED && bytes[1] >= 0xA0;
    bool is_too_large = bytes[0] == 0xF4 && bytes[1] >= 0x90;
    return is_overlong || is_surrogate || is_too_large ? 0 : size;
}

void
message_add_json(struct message *message, const char *text)
{
    message_add(message, "\"");
    while (*text != '\0') {
        size_t size = character_size(text);
        char escaped[8];
        if (size == 0) {
            message_add(message, "\\ufffd");
        }
        else if (control_size(text) == 1 || *text == '"' || *text == '\\') {
            snprintf(escaped, sizeof escaped, "\\u%04x", (unsigned)(unsigned char)*text);
            message_add(message, escaped);
        }
        else {
            add_bytes(message, text, size);
        }
        text += size == 0 ? 1 : size;
    }
    message_add(message, "\"");
}

bool
message_keep(struct message *message, size_t size_before, size_t room)
{
    if (!message->is_cut && message->size <= MESSAGE_BYTES - room) {
        return true;
    }
    message->size = size_before;
    message->is_cut = false;
    return false;
}
