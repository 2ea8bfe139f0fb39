/* Python stacks, kept in little memory: equal frames are kept once. No Python.h here. */

#ifndef GILEXT_STACK_LOG_H
#define GILEXT_STACK_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct logged_frame {
    char *file;
    char *function; /* in the same piece of memory as `file` */
    int line;
};

struct logged_stack {
    uint64_t hold_start_ns;
    uint64_t taken_ns;
    size_t first; /* of its frames, in `frame_numbers`; the innermost */
    size_t depth;
};

struct stack_log {
    size_t max_bytes;
    size_t bytes;
    struct logged_frame *frames;
    size_t frame_count;
    size_t frame_capacity;
    uint32_t *slots; /* a hash table: a frame's number plus 1, or 0 */
    size_t slot_count;
    uint32_t *frame_numbers;
    size_t number_count;
    size_t number_capacity;
    struct logged_stack *stacks;
    size_t stack_count;
    size_t stack_capacity;
    bool lacks_memory; /* for the stack that is being made */
    /* Since when stacks are missing for want of memory; 0: none is. May be read at any time,
       relaxed: nothing else is read with it. */
    atomic_uint_fast64_t full_ns;
};

void stack_log_init(struct stack_log *log, size_t max_bytes);
void stack_log_free(struct stack_log *log);

/* Add the next frame, from the innermost out, of the stack that is being made. False when the
   memory is used up. */
bool stack_log_add_frame(struct stack_log *log, const char *file, const char *function, int line);

/* Make a stack of the frames added since the last one. It is left out when it has none, when
   `is_whole` isn't true, or when the memory is used up: then `full_ns` says so. */
void stack_log_finish_stack(struct stack_log *log, bool is_whole, uint64_t hold_start_ns,
                            uint64_t taken_ns);

#endif
