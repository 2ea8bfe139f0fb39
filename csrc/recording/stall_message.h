/* What is said of a stall: lines of text for people, or one line of JSON. */

#ifndef GILEXT_STALL_MESSAGE_H
#define GILEXT_STALL_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "recording/live_stall.h"
#include "recording/message.h"

/* What came to nothing since the last message that was written. */
struct lost_messages {
    uint64_t suppressed; /* too many within a minute */
    uint64_t dropped;    /* nobody read, or the descriptor is closed */
};

/* Append the message on a stall that goes on, or is over. */
void stall_message_text(const struct live_stall *stall, bool is_over,
                        const struct lost_messages *lost, struct message *message);
void stall_message_json(const struct live_stall *stall, bool is_over,
                        const struct lost_messages *lost, struct message *message);

#endif
