#include "recording/stall_message.h"

#include "os/os_process.h"
#include "os/wall_clock.h"

/* What has to have room after the frames, and after those who wait. */
enum { WAITERS_BYTES = 1536, TAIL_BYTES = 256 };

/* -- as text -------------------------------------------------------------------------------- */

static void
add_thread(struct message *message, const struct live_thread *thread)
{
    message_add_name(message, thread->name[0] != '\0' ? thread->name : "a thread");
    message_add(message, " (native id ");
    message_add_number(message, thread->native_id);
}

static void
add_place(struct message *message, const struct live_stall *stall, const struct live_frame *frame)
{
    message_add_name(message, stall->text + frame->file);
    if (frame->line > 0) {
        message_add(message, ":");
        message_add_number(message, (uint64_t)frame->line);
    }
    message_add(message, " ");
    message_add_name(message, stall->text + frame->function);
}

/* A collection has no line: the frame in which it began has. */
static void
add_innermost(struct message *message, const struct live_stall *stall)
{
    if (stall->frame_count == 0) {
        message_add(message, "a place that couldn't be read");
        return;
    }
    add_place(message, stall, &stall->frames[0]);
    if (stall->frames[0].line == 0 && stall->frame_count > 1) {
        message_add(message, " in ");
        add_place(message, stall, &stall->frames[1]);
    }
    if (stall->has_callable) {
        message_add(message, ", which calls ");
        message_add_name(message, stall->text + stall->callable);
    }
    if (stall->has_task) {
        message_add(message, ", in the task ");
        message_add_name(message, stall->text + stall->task);
    }
}

static void
add_waiters(struct message *message, const struct live_stall *stall)
{
    if (!stall->knows_waiters) {
        message_add(message, "; how many wait is unknown");
        return;
    }
    message_add(message, "; ");
    message_add_number(message, stall->waiters);
    message_add(message, stall->waiters == 1 ? " thread waits" : " threads wait");
}

/* Everything that matters stands in it: it may be the only one that a log shows. */
static void
add_first_line(struct message *message, const struct live_stall *stall, bool is_over)
{
    char since[WALL_CLOCK_BYTES];
    wall_clock_write(stall->wall_ns, since);
    message_add(message, is_over ? "gilext: GIL stall over after " : "gilext: GIL stall, ");
    message_add_seconds(message, live_stall_wait_ns(stall));
    message_add(message, is_over ? " s, since " : " s so far, since ");
    message_add(message, since);
    message_add(message, ": ");
    add_thread(message, &stall->holder);
    message_add(message, ", process ");
    message_add_number(message, (uint64_t)this_process());
    message_add(message, is_over ? ") held the GIL in " : ") holds the GIL in ");
    add_innermost(message, stall);
    if (!is_over) {
        add_waiters(message, stall);
    }
    message_add(message, "\n");
}

static void
add_frame_line(struct message *message, const struct live_stall *stall, size_t i)
{
    const struct live_frame *frame = &stall->frames[i];
    message_add(message, "  File \"");
    message_add_name(message, stall->text + frame->file);
    message_add(message, "\"");
    if (frame->line > 0) {
        message_add(message, ", line ");
        message_add_number(message, (uint64_t)frame->line);
    }
    message_add(message, ", in ");
    message_add_name(message, stall->text + frame->function);
    message_add(message, "\n");
}

static void
add_frame_lines(struct message *message, const struct live_stall *stall)
{
    size_t written = 0;
    for (size_t before = message->size; written < stall->frame_count; written++) {
        add_frame_line(message, stall, written);
        if (!message_keep(message, before, WAITERS_BYTES)) {
            break;
        }
        before = message->size;
    }
    size_t omitted = stall->frame_count - written + stall->frames_omitted;
    if (omitted > 0) {
        message_add(message, "  and ");
        message_add_number(message, omitted);
        message_add(message, " further out\n");
    }
}

static void
add_waiter_lines(struct message *message, const struct live_stall *stall)
{
    for (size_t i = 0; i < stall->named_count; i++) {
        const struct live_waiter *waiter = &stall->named[i];
        size_t before = message->size;
        message_add(message, "  waiting: ");
        add_thread(message, &waiter->thread);
        message_add(message, ")");
        if (waiter->has_frame) {
            message_add(message, " in ");
            add_place(message, stall, &waiter->frame);
        }
        message_add(message, "\n");
        message_keep(message, before, TAIL_BYTES);
    }
}

static void
add_lost(struct message *message, const struct lost_messages *lost)
{
    if (lost->suppressed + lost->dropped > 0) {
        message_add(message, "  not written since the last message: ");
        message_add_number(message, lost->suppressed);
        message_add(message, " for their number, ");
        message_add_number(message, lost->dropped);
        message_add(message, " for want of room\n");
    }
}

void
stall_message_text(const struct live_stall *stall, bool is_over, const struct lost_messages *lost,
                   struct message *message)
{
    add_first_line(message, stall, is_over);
    if (!is_over) {
        add_frame_lines(message, stall);
        add_waiter_lines(message, stall);
    }
    add_lost(message, lost);
}

/* -- as JSON -------------------------------------------------------------------------------- */

static void
add_json_thread(struct message *message, const struct live_thread *thread)
{
    message_add(message, "{\"ident\":");
    message_add_number(message, thread->ident);
    message_add(message, ",\"native_id\":");
    message_add_number(message, thread->native_id);
    message_add(message, ",\"name\":");
    if (thread->name[0] != '\0') {
        message_add_json(message, thread->name);
    }
    else {
        message_add(message, "null");
    }
}

static void
add_json_times(struct message *message, const struct live_stall *stall)
{
    char since[WALL_CLOCK_BYTES];
    wall_clock_write(stall->wall_ns, since);
    message_add(message, ",\"since\":\"");
    message_add(message, since);
    message_add(message, "\",\"waited_seconds\":");
    message_add_seconds(message, live_stall_wait_ns(stall));
    message_add(message, ",\"held_seconds\":");
    message_add_seconds(message, stall->seen_ns - stall->held_since_ns);
}

static void
add_json_frame(struct message *message, const struct live_stall *stall,
               const struct live_frame *frame)
{
    message_add(message, "{\"file\":");
    message_add_json(message, stall->text + frame->file);
    message_add(message, ",\"line\":");
    message_add_number(message, (uint64_t)frame->line);
    message_add(message, ",\"function\":");
    message_add_json(message, stall->text + frame->function);
    message_add(message, "}");
}

static void
add_json_frames(struct message *message, const struct live_stall *stall)
{
    size_t written = 0;
    message_add(message, ",\"frames\":[");
    for (size_t before = message->size; written < stall->frame_count; written++) {
        message_add(message, written == 0 ? "" : ",");
        add_json_frame(message, stall, &stall->frames[written]);
        if (!message_keep(message, before, WAITERS_BYTES)) {
            break;
        }
        before = message->size;
    }
    message_add(message, "],\"frames_omitted\":");
    message_add_number(message, stall->frame_count - written + stall->frames_omitted);
}

static void
add_json_text(struct message *message, const struct live_stall *stall, bool is_known, size_t at)
{
    if (is_known) {
        message_add_json(message, stall->text + at);
    }
    else {
        message_add(message, "null");
    }
}

static void
add_json_callable(struct message *message, const struct live_stall *stall)
{
    message_add(message, ",\"callable\":");
    add_json_text(message, stall, stall->has_callable, stall->callable);
    message_add(message, ",\"task\":");
    add_json_text(message, stall, stall->has_task, stall->task);
    message_add(message,
                stall->is_collection ? ",\"is_collection\":true" : ",\"is_collection\":false");
}

static void
add_json_waiter(struct message *message, const struct live_stall *stall,
                const struct live_waiter *waiter)
{
    add_json_thread(message, &waiter->thread);
    message_add(message, ",\"frame\":");
    if (waiter->has_frame) {
        add_json_frame(message, stall, &waiter->frame);
    }
    else {
        message_add(message, "null");
    }
    message_add(message, "}");
}

static void
add_json_waiters(struct message *message, const struct live_stall *stall)
{
    bool is_first = true;
    message_add(message, ",\"waiting\":[");
    for (size_t i = 0; i < stall->named_count; i++) {
        size_t before = message->size;
        message_add(message, is_first ? "" : ",");
        add_json_waiter(message, stall, &stall->named[i]);
        is_first = !message_keep(message, before, TAIL_BYTES) && is_first;
    }
    message_add(message, "]");
}

static void
add_json_count(struct message *message, const struct live_stall *stall)
{
    message_add(message, ",\"waiters\":");
    if (stall->knows_waiters) {
        message_add_number(message, stall->waiters);
    }
    else {
        message_add(message, "null");
    }
}

void
stall_message_json(const struct live_stall *stall, bool is_over, const struct lost_messages *lost,
                   struct message *message)
{
    message_add(message, is_over ? "{\"event\":\"gil_stall_over\"" : "{\"event\":\"gil_stall\"");
    message_add(message, ",\"process\":");
    message_add_number(message, (uint64_t)this_process());
    add_json_times(message, stall);
    message_add(message, ",\"holder\":");
    add_json_thread(message, &stall->holder);
    message_add(message, "}");
    add_json_count(message, stall);
    add_json_callable(message, stall);
    add_json_frames(message, stall);
    add_json_waiters(message, stall);
    message_add(message, ",\"suppressed\":");
    message_add_number(message, lost->suppressed);
    message_add(message, ",\"dropped\":");
    message_add_number(message, lost->dropped);
    message_add(message, "}\n");
}
