#include "cpython/layouts.h"

#ifdef GILEXT_KNOWS_FRAMES

#include "cpython/frame_walk.h"
#include "os/memory.h"

enum { MAX_TRIES = 8, MAX_STEPS = 4 * MAX_FRAMES };

typedef struct _PyInterpreterFrame raw_frame;

static const size_t HEAD_SIZE = offsetof(raw_frame, localsplus);

/* -- the memory of the frames --------------------------------------------------------------- */

/* A thread's frames lie in chunks of memory, and in each one after another; those of generators lie
   in the generators. Where C code calls Python code there is a frame of the interpreter's own. */
struct data_stack {
    const raw_frame *const *innermost; /* where the pointer to the innermost frame is */
    const char *chunk;                 /* the newest */
    const char *top;                   /* the end of what is in use of it */
};

static bool
find_data_stack(const struct memory_source *source, gil_holder thread, struct data_stack *stack)
{
    const PyThreadState *state = (const PyThreadState *)thread;
#if PY_VERSION_HEX < 0x030D0000
    const _PyCFrame *c_frame = NULL;
    const struct memory_piece first = {&c_frame, &state->cframe, sizeof c_frame};
#else
    raw_frame *frame;
    const struct memory_piece first = {&frame, &state->current_frame, sizeof frame};
#endif
    const struct memory_piece pieces[] = {
        first,
        {&stack->chunk, &state->datastack_chunk, sizeof stack->chunk},
        {&stack->top, &state->datastack_top, sizeof stack->top},
    };
    bool is_copied = memory_copy_pieces_from(source, pieces, Py_ARRAY_LENGTH(pieces));
#if PY_VERSION_HEX < 0x030D0000
    stack->innermost = (const raw_frame *const *)&c_frame->current_frame;
    return is_copied && c_frame != NULL;
#else
    stack->innermost = (const raw_frame *const *)&state->current_frame;
    return is_copied;
#endif
}

/* Copy the end of the newest chunk, and then which frame is the innermost: before and after, as the
   system copies pieces in their order. */
static bool
copy_newest(struct frame_walk *walk, const struct data_stack *stack, const raw_frame **before,
            const raw_frame **after)
{
    struct memory_window *window = &walk->window;
    size_t used = stack->chunk < stack->top ? (size_t)(stack->top - stack->chunk) : 0;
    window->size = used < WINDOW_BYTES ? used : WINDOW_BYTES;
    window->start = stack->top - window->size;
    const struct memory_piece pieces[] = {
        {before, stack->innermost, sizeof *before},
        {window->bytes, window->start, window->size},
        {after, stack->innermost, sizeof *after},
    };
    return memory_copy_pieces_from(walk->source, pieces, Py_ARRAY_LENGTH(pieces));
}

static bool
is_inside(const struct memory_window *window, const char *address, size_t size)
{
    return address >= window->start && window->size >= size &&
           (size_t)(address - window->start) <= window->size - size;
}

/* Of a chunk that begins where the window does, the one that was in use before it. */
static const char *
older_chunk(const struct memory_window *window, const char *chunk)
{
    _PyStackChunk head;
    if (window->start != chunk || window->size < sizeof head) {
        return NULL;
    }
    memcpy(&head, window->bytes, sizeof head);
    return (const char *)head.previous;
}

static bool
copy_window(struct frame_walk *walk, const char *start)
{
    bool is_copied = memory_copy_from(walk->source, walk->window.bytes, start, WINDOW_BYTES);
    walk->window.start = start;
    walk->window.size = is_copied ? WINDOW_BYTES : 0;
    return is_copied;
}

/* From the window; or else from the chunk before it, which becomes the window; or by itself. */
static bool
copy_frame(struct frame_walk *walk, const char **chunk, const raw_frame *frame, raw_frame *copy)
{
    const struct memory_window *window = &walk->window;
    const char *address = (const char *)frame;
    const char *older = older_chunk(window, *chunk);
    if (!is_inside(window, address, HEAD_SIZE) && older != NULL && address >= older &&
        address - older < WINDOW_BYTES) {
        *chunk = older;
        if (!copy_window(walk, older)) {
            return false;
        }
    }
    if (is_inside(window, address, HEAD_SIZE)) {
        memcpy(copy, window->bytes + (address - window->start), HEAD_SIZE);
        return true;
    }
    return memory_copy_from(walk->source, copy, frame, HEAD_SIZE);
}

/* -- the frames ----------------------------------------------------------------------------- */

static struct frame_address
frame_address(const raw_frame *at, const raw_frame *frame)
{
#if PY_VERSION_HEX < 0x030D0000
    return (struct frame_address){at, frame->f_code, frame->prev_instr, 0};
#elif PY_VERSION_HEX < 0x030E0000
    return (struct frame_address){at, frame->f_executable, frame->instr_ptr, 0};
#else
    /* The lowest bits are tags; objects lie at multiples of eight. */
    const void *code = (const void *)(frame->f_executable.bits & ~(uintptr_t)7);
#ifdef Py_GIL_DISABLED
    return (struct frame_address){at, code, frame->instr_ptr, frame->tlbc_index};
#else
    return (struct frame_address){at, code, frame->instr_ptr, 0};
#endif
#endif
}

/* Where C code calls Python code: of the name "<shim>" in 3.12, later without code. */
static bool
is_interpreters_own(const raw_frame *frame)
{
#if PY_VERSION_HEX >= 0x030C0000
    return frame->owner > FRAME_OWNED_BY_FRAME_OBJECT;
#else
    (void)frame;
    return false;
#endif
}

static bool
walk_outwards(struct frame_walk *walk, const raw_frame *frame, const char *chunk)
{
    raw_frame copy;
    size_t steps = 0;
    walk->innermost = frame;
    walk->has_coroutine = false;
    for (walk->count = 0; frame != NULL && walk->count < MAX_FRAMES; frame = copy.previous) {
        if (steps++ == MAX_STEPS || !copy_frame(walk, &chunk, frame, &copy)) {
            return false;
        }
        walk->has_coroutine |= copy.owner == FRAME_OWNED_BY_GENERATOR;
        if (!is_interpreters_own(&copy)) {
            walk->items[walk->count++] = frame_address(frame, &copy);
        }
        else if (walk->count == 0) {
            walk->innermost = NULL;
        }
    }
    walk->is_truncated = frame != NULL;
    return true;
}

/* The innermost frame is the same before and after: then nobody was called and nobody returned,
   or as good as nobody. */
bool
frame_walk(struct frame_walk *walk, gil_holder thread)
{
    struct data_stack stack;
    const raw_frame *before, *after;
    for (int i = 0; i < MAX_TRIES; i++) {
        if (find_data_stack(walk->source, thread, &stack) &&
            copy_newest(walk, &stack, &before, &after) && before == after &&
            walk_outwards(walk, before, stack.chunk)) {
            walk->thread = thread;
            return true;
        }
    }
    return false;
}

bool
frame_state_find_place(gil_holder thread, struct frame_place *place)
{
    struct data_stack stack;
    const raw_frame *frame = NULL;
    raw_frame copy;
    if (!find_data_stack(NULL, thread, &stack) ||
        !memory_copy(&frame, stack.innermost, sizeof frame) || frame == NULL ||
        !memory_copy(&copy, frame, HEAD_SIZE)) {
        return false;
    }
    *place = (struct frame_place){frame, frame_address(frame, &copy).instruction};
    return true;
}

uintptr_t
frame_state_innermost(void)
{
    const PyThreadState *state = PyThreadState_Get();
#if PY_VERSION_HEX < 0x030D0000
    return (uintptr_t)state->cframe->current_frame;
#else
    return (uintptr_t)state->current_frame;
#endif
}

#endif
