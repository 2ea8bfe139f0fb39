/* The stack log: equal frames once, stacks whole or not at all, within its memory. */

#include <string.h>

#include "check.h"
#include "recording/stack_log.h"

static void
equal_frames_are_kept_once(void)
{
    struct stack_log log;
    stack_log_init(&log, 1 << 20);
    for (int i = 0; i < 1000; i++) {
        CHECK(stack_log_add_frame(&log, "a.py", "inner", i % 3));
        CHECK(stack_log_add_frame(&log, "a.py", "outer", 7));
        CHECK(stack_log_add_frame(&log, "b.py", "outer", 7));
        stack_log_finish_stack(&log, true, 100, 200 + (uint64_t)i);
    }
    CHECK(log.frame_count == 5 && log.stack_count == 1000);
    const struct logged_stack *last = &log.stacks[999];
    CHECK(last->depth == 3 && last->hold_start_ns == 100 && last->taken_ns == 1199);
    const struct logged_frame *inner = &log.frames[log.frame_numbers[last->first]];
    const struct logged_frame *outer = &log.frames[log.frame_numbers[last->first + 2]];
    CHECK(strcmp(inner->function, "inner") == 0 && inner->line == 0);
    CHECK(strcmp(outer->file, "b.py") == 0 && outer->line == 7);
    stack_log_free(&log);
}

static void
many_frames_are_told_apart(void)
{
    struct stack_log log;
    stack_log_init(&log, 1 << 20);
    for (int line = 0; line < 5000; line++) {
        CHECK(stack_log_add_frame(&log, "a.py", line % 2 == 0 ? "even" : "odd", line));
    }
    stack_log_finish_stack(&log, true, 1, 2);
    CHECK(log.frame_count == 5000 && log.stacks[0].depth == 5000);
    for (uint32_t i = 0; i < 5000; i++) {
        CHECK(log.frames[log.frame_numbers[i]].line == (int)i);
    }
    stack_log_free(&log);
}

static void
a_stack_that_is_not_whole_is_left_out(void)
{
    struct stack_log log;
    stack_log_init(&log, 1 << 20);
    stack_log_add_frame(&log, "a.py", "f", 1);
    stack_log_finish_stack(&log, false, 1, 2);
    stack_log_finish_stack(&log, true, 3, 4); /* no frames */
    CHECK(log.stack_count == 0 && log.number_count == 0 && log.full_ns == 0);
    stack_log_add_frame(&log, "a.py", "g", 2);
    stack_log_finish_stack(&log, true, 5, 6);
    CHECK(log.stack_count == 1 && log.stacks[0].first == 0 && log.stacks[0].depth == 1);
    stack_log_free(&log);
}

/* All that it has from malloc(), the arrays with the room that they don't use yet. */
static size_t
bytes_in_use(const struct stack_log *log)
{
    size_t bytes = log->frame_capacity * sizeof *log->frames +
                   log->slot_count * sizeof *log->slots +
                   log->number_capacity * sizeof *log->frame_numbers +
                   log->stack_capacity * sizeof *log->stacks;
    for (size_t i = 0; i < log->frame_count; i++) {
        bytes += strlen(log->frames[i].file) + strlen(log->frames[i].function) + 2;
    }
    return bytes;
}

static void
memory_is_bounded(void)
{
    struct stack_log log;
    stack_log_init(&log, 20000);
    bool is_whole = true;
    for (int line = 0; is_whole && line < 100000; line++) {
        is_whole = stack_log_add_frame(&log, "a.py", "f", line);
        stack_log_finish_stack(&log, is_whole, 1, (uint64_t)line + 1);
    }
    CHECK(!is_whole && log.stack_count > 10);
    CHECK(log.full_ns == log.stack_count + 1);
    CHECK(log.bytes <= log.max_bytes && log.bytes == bytes_in_use(&log));
    const struct logged_stack *last = &log.stacks[log.stack_count - 1];
    CHECK(log.number_count == last->first + last->depth);
    stack_log_free(&log);
}

int
main(void)
{
    equal_frames_are_kept_once();
    many_frames_are_told_apart();
    a_stack_that_is_not_whole_is_left_out();
    memory_is_bounded();
    return 0;
}
