/* Messages: what fits is whole, what doesn't is left out, and JSON is JSON whatever the names. */

#include <string.h>

#include "check.h"
#include "recording/message.h"

enum { ROOM = 256 };

static struct message message;

static bool
is_message(const char *expected)
{
    return message.size == strlen(expected) && memcmp(message.bytes, expected, message.size) == 0;
}

static void
times_have_milliseconds(void)
{
    message_begin(&message);
    message_add_seconds(&message, 12345678900);
    message_add(&message, " ");
    message_add_seconds(&message, 7000000);
    CHECK(is_message("12.345 0.007"));
}

static void
names_steer_no_terminal(void)
{
    message_begin(&message);
    message_add_name(&message, "a\nb\x1b[2Jc\x7f\xc2\x9b"
                               "d\xc3\xa4");
    CHECK(is_message("a?b?[2Jc??d\xc3\xa4"));
}

static void
json_escapes_what_it_must(void)
{
    message_begin(&message);
    message_add_json(&message, "a\"b\\c\n\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x8d");
    CHECK(is_message("\"a\\u0022b\\u005cc\\u000a\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x8d\""));
}

/* Halves of characters, overlong and cut ones, and what lies beyond Unicode. */
static void
json_has_no_bytes_that_are_not_utf8(void)
{
    static const char *const wrong[] = {"\xed\xa0\x80", "\xc0\x80", "\xe2\x82", "\xf4\x90\x80\x80",
                                        "\xff",         "\xe0\x80", "\xf0\x80"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        message_begin(&message);
        message_add_json(&message, wrong[i]);
        for (size_t at = 0; at < message.size; at++) {
            CHECK((unsigned char)message.bytes[at] < 0x80);
        }
        CHECK(memcmp(message.bytes, "\"\\ufffd", 7) == 0);
    }
}

static void
what_does_not_fit_is_left_out_whole_and_the_end_has_room(void)
{
    char name[301];
    size_t before;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    message_begin(&message);
    do {
        before = message.size;
        message_add(&message, name);
    } while (message_keep(&message, before, ROOM));
    CHECK(message.size == before && before > 0 && !message.is_cut);
    CHECK(MESSAGE_BYTES - message.size >= ROOM);
    CHECK(MESSAGE_BYTES - message.size < ROOM + sizeof name);
    message_add(&message, "end");
    CHECK(memcmp(message.bytes + message.size - 3, "end", 3) == 0);
}

static void
a_full_message_stays_within_its_bytes(void)
{
    message_begin(&message);
    for (int i = 0; i < 10000; i++) {
        message_add(&message, "four");
    }
    CHECK(message.size == MESSAGE_BYTES && message.is_cut);
}

int
main(void)
{
    times_have_milliseconds();
    names_steer_no_terminal();
    json_escapes_what_it_must();
    json_has_no_bytes_that_are_not_utf8();
    what_does_not_fit_is_left_out_whole_and_the_end_has_room();
    a_full_message_stays_within_its_bytes();
    return 0;
}
