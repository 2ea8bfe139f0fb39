/* Everything here reads fields that CPython may change in any feature release. A version that is
   not listed in layouts.h builds without them, and finds nothing. */

#include "cpython/layouts.h"

#include "cpython/other_process.h"

#ifdef GILEXT_KNOWS_FRAMES

#include "internal/pycore_ceval.h"
#include "internal/pycore_gil.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_runtime.h"

bool
other_process_find(const struct memory_source *source, uintptr_t *interpreter)
{
    return memory_copy_from(source, interpreter,
                            memory_address(source, &_PyRuntime.interpreters.head),
                            sizeof *interpreter);
}

bool
other_process_copy_interpreter(const struct memory_source *source, uintptr_t address,
                               struct other_interpreter *interpreter)
{
    const PyInterpreterState *there = (const PyInterpreterState *)address;
    const struct memory_piece pieces[] = {
        {&interpreter->id, &there->id, sizeof interpreter->id},
        {&interpreter->newest_thread, &there->threads.head, sizeof interpreter->newest_thread},
        {&interpreter->next, &there->next, sizeof interpreter->next},
#if PY_VERSION_HEX >= 0x030C0000
        {&interpreter->gil, &there->ceval.gil, sizeof interpreter->gil},
#endif
    };
#if PY_VERSION_HEX < 0x030C0000
    interpreter->gil = (uintptr_t)memory_address(source, &_PyRuntime.ceval.gil);
#endif
    return memory_copy_pieces_from(source, pieces, Py_ARRAY_LENGTH(pieces));
}

/* The copy is a GIL in this process, so that gil_state.c can read it. */
bool
other_process_copy_gil(const struct memory_source *source, uintptr_t address, struct other_gil *gil)
{
    struct _gil_runtime_state state;
    const struct gil copy = {.state = &state};
    if (!memory_copy_from(source, &state, (const void *)address, sizeof state)) {
        return false;
    }
    gil->sample = gil_state_sample(&copy);
    gil->waiters = gil_state_waiters(&copy);
#ifdef Py_GIL_DISABLED
    gil->is_enabled = state.enabled != 0;
#else
    gil->is_enabled = true;
#endif
    return true;
}

bool
other_process_copy_thread(const struct memory_source *source, uintptr_t address,
                          struct other_thread *thread)
{
    PyThreadState state;
    if (!memory_copy_from(source, &state, (const void *)address, sizeof state)) {
        return false;
    }
    *thread = (struct other_thread){
        .thread = {.ident = state.thread_id, .native_id = state.native_thread_id},
#if PY_VERSION_HEX >= 0x030D0000
        .attachment = attachment_meant_by(state.state),
#endif
        .wants = gil_state_wants((gil_holder)&state),
        .next = (uintptr_t)state.next,
    };
    return true;
}

#else

bool
other_process_find(const struct memory_source *source, uintptr_t *interpreter)
{
    (void)source;
    *interpreter = 0;
    return true;
}

bool
other_process_copy_interpreter(const struct memory_source *source, uintptr_t address,
                               struct other_interpreter *interpreter)
{
    (void)source, (void)address, (void)interpreter;
    return false;
}

bool
other_process_copy_gil(const struct memory_source *source, uintptr_t address, struct other_gil *gil)
{
    (void)source, (void)address, (void)gil;
    return false;
}

bool
other_process_copy_thread(const struct memory_source *source, uintptr_t address,
                          struct other_thread *thread)
{
    (void)source, (void)address, (void)thread;
    return false;
}

#endif
