/* Everything in this room reads fields that CPython may change in any feature release. A version
   that is not listed in layouts.h builds without them, and frame_state_is_known() says no. */

#include "cpython/layouts.h"

#include "cpython/frame_state.h"

#ifdef GILEXT_KNOWS_FRAMES

#include "cpython/asyncio_task.h"
#include "cpython/callee.h"
#include "cpython/code_cache.h"
#include "cpython/frame_walk.h"
#include "os/memory.h"

struct frame_reader {
    struct memory_source source; /* of the walk, if it isn't this process */
    struct code_cache *codes;
    struct frame_walk walk;
    struct asyncio_state asyncio;
    struct named_stack stack;
#ifdef GILEXT_KNOWS_CALLS
    char callable[MAX_CALLEE_BYTES];
#endif
};

bool
frame_state_is_known(void)
{
    return memory_can_be_copied();
}

struct frame_reader *
frame_reader_new(void)
{
    return frame_reader_new_for(NULL);
}

struct frame_reader *
frame_reader_new_for(const struct memory_source *source)
{
    struct frame_reader *reader = calloc(1, sizeof *reader);
    if (reader != NULL && source != NULL) {
        reader->source = *source;
        reader->walk.source = &reader->source;
    }
    if (reader != NULL && (reader->codes = code_cache_new(reader->walk.source)) == NULL) {
        free(reader);
        reader = NULL;
    }
    return reader;
}

void
frame_reader_free(struct frame_reader *reader)
{
    if (reader != NULL) {
        code_cache_free(reader->codes);
        free(reader);
    }
}

bool
frame_reader_find(struct frame_reader *reader, gil_holder thread)
{
    return frame_walk(&reader->walk, thread);
}

bool
frame_reader_task(struct frame_reader *reader, char name[MAX_NAME_BYTES])
{
    return asyncio_task_find(&reader->asyncio, &reader->walk, name);
}

static const char *
name_callable(struct frame_reader *reader, int innermost_code)
{
#ifdef GILEXT_KNOWS_CALLS
    const struct frame_walk *walk = &reader->walk;
    if (innermost_code != CODE_UNKNOWN && walk->innermost != NULL) {
        int locals;
        struct call_site site =
            code_cache_call_site(reader->codes, innermost_code, &walk->items[0], &locals);
        return callee_find(walk, &site, locals, reader->callable) ? reader->callable : NULL;
    }
#endif
    (void)reader, (void)innermost_code;
    return NULL;
}

const struct named_stack *
frame_reader_name(struct frame_reader *reader)
{
    int codes[MAX_FRAMES];
    struct named_stack *stack = &reader->stack;
    code_cache_find(reader->codes, &reader->walk, codes);
    stack->count = 0;
    stack->is_truncated = reader->walk.is_truncated;
    for (size_t i = 0; i < reader->walk.count; i++) {
        if (codes[i] != CODE_UNKNOWN) {
            code_cache_name(reader->codes, codes[i], &reader->walk.items[i],
                            &stack->frames[stack->count++]);
        }
    }
    stack->callable = reader->walk.count > 0 ? name_callable(reader, codes[0]) : NULL;
    return stack;
}

#else

bool
frame_state_is_known(void)
{
    return false;
}

bool
frame_state_find_place(gil_holder thread, struct frame_place *place)
{
    (void)thread;
    (void)place;
    return false;
}

uintptr_t
frame_state_innermost(void)
{
    return 0;
}

struct frame_reader *
frame_reader_new(void)
{
    return NULL;
}

struct frame_reader *
frame_reader_new_for(const struct memory_source *source)
{
    (void)source;
    return NULL;
}

void
frame_reader_free(struct frame_reader *reader)
{
    (void)reader;
}

bool
frame_reader_find(struct frame_reader *reader, gil_holder thread)
{
    (void)reader;
    (void)thread;
    return false;
}

bool
frame_reader_task(struct frame_reader *reader, char name[MAX_NAME_BYTES])
{
    (void)reader;
    (void)name;
    return false;
}

const struct named_stack *
frame_reader_name(struct frame_reader *reader)
{
    (void)reader;
    return NULL;
}

#endif
