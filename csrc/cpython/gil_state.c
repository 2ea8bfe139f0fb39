/* Everything here reads fields that CPython may change in any feature release. A version that is
   not listed builds without them, and gil_state_find() answers GIL_LAYOUT_UNKNOWN. */

#ifndef Py_BUILD_CORE_MODULE
#define Py_BUILD_CORE_MODULE 1
#endif

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "cpython/gil_state.h"
#include "os/memory.h"

#if !defined(PYPY_VERSION) && PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x03100000

#include "internal/pycore_ceval.h"
#include "internal/pycore_gil.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_runtime.h"

/* 3.11 has one GIL, in the runtime; later each interpreter points to the one that it uses. */
enum gil_found
gil_state_find(struct gil *gil)
{
    gil->interpreter = PyInterpreterState_Get();
#if PY_VERSION_HEX < 0x030C0000
    gil->state = &_PyRuntime.ceval.gil;
#else
    gil->state = PyInterpreterState_Get()->ceval.gil;
#endif
    return GIL_FOUND;
}

gil_holder
gil_state_current_thread(void)
{
    return (gil_holder)PyThreadState_Get();
}

bool
gil_state_is_enabled(const struct gil *gil)
{
#ifdef Py_GIL_DISABLED
    const struct _gil_runtime_state *state = gil->state;
    return _Py_atomic_load_int_relaxed(&state->enabled) != 0;
#else
    (void)gil;
    return true;
#endif
}

/* -- a look -------------------------------------------------------------------------------- */

/* `locked` first: `last_holder` is the last one that held it, also when nobody does. */
gil_holder
gil_state_holder(const struct gil *gil)
{
    const struct _gil_runtime_state *state = gil->state;
#if PY_VERSION_HEX < 0x030D0000
    if (_Py_atomic_load_relaxed(&state->locked) <= 0) {
        return 0;
    }
    return (gil_holder)_Py_atomic_load_relaxed(&state->last_holder);
#else
    if (_Py_atomic_load_int_relaxed(&state->locked) <= 0) {
        return 0;
    }
    return (gil_holder)_Py_atomic_load_ptr_relaxed(&state->last_holder);
#endif
}

uint64_t
gil_state_switches(const struct gil *gil)
{
    const volatile struct _gil_runtime_state *state = gil->state;
    return (uint64_t)state->switch_number;
}

/* Since 3.13 it is a bit of the holder's eval_breaker; the holder may be gone, so it is copied. */
bool
gil_state_is_requested(const struct gil *gil, gil_holder holder)
{
#if PY_VERSION_HEX < 0x030D0000
    const PyInterpreterState *interpreter = gil->interpreter;
    (void)holder;
    return _Py_atomic_load_relaxed(&interpreter->ceval.gil_drop_request) != 0;
#else
    const PyThreadState *thread_state = (const PyThreadState *)holder;
    uintptr_t bits = 0;
    (void)gil;
    return memory_copy(&bits, &thread_state->eval_breaker, sizeof bits) &&
           (bits & _PY_GIL_DROP_REQUEST_BIT) != 0;
#endif
}

/* -- whose it is --------------------------------------------------------------------------- */

/* What guards the list of thread states is only ever tried: waiting could disturb the program. */
static bool
try_lock_thread_list(void)
{
#if PY_VERSION_HEX < 0x030D0000
    return PyThread_acquire_lock(_PyRuntime.interpreters.mutex, NOWAIT_LOCK) == PY_LOCK_ACQUIRED;
#else
    uint8_t unlocked = 0;
    return _Py_atomic_compare_exchange_uint8(&_PyRuntime.interpreters.mutex._bits, &unlocked, 1);
#endif
}

static void
unlock_thread_list(void)
{
#if PY_VERSION_HEX < 0x030D0000
    PyThread_release_lock(_PyRuntime.interpreters.mutex);
#else
    PyMutex_Unlock(&_PyRuntime.interpreters.mutex);
#endif
}

/* PyGILState_GetThisThreadState() only reads a thread-local variable. */
bool
gil_state_is_held_here(const struct gil *gil, gil_holder holder)
{
    return gil_state_holder(gil) == holder &&
           (gil_holder)PyGILState_GetThisThreadState() == holder;
}

bool
runtime_is_finalizing(void)
{
    return _PyRuntimeState_GetFinalizing(&_PyRuntime) != NULL;
}

/* Not _PyRuntime.interpreters.main: that becomes NULL while the runtime shuts down. */
uint64_t
gil_state_generation(const struct gil *gil)
{
    const volatile PyInterpreterState *main = &_PyRuntime._main_interpreter;
    const volatile PyInterpreterState *own = gil->interpreter;
    return (uint64_t)main->threads.next_unique_id + (uint64_t)own->threads.next_unique_id;
}

bool
gil_state_identify(gil_holder holder, struct gil_thread *thread)
{
    if (!try_lock_thread_list()) {
        return false;
    }
    bool is_known = false;
    for (PyInterpreterState *interp = _PyRuntime.interpreters.head; interp != NULL && !is_known;
         interp = interp->next) {
        for (PyThreadState *state = interp->threads.head; state != NULL; state = state->next) {
            if ((gil_holder)state == holder) {
                thread->ident = state->thread_id;
                thread->native_id = state->native_thread_id;
                is_known = true;
                break;
            }
        }
    }
    unlock_thread_list();
    return is_known;
}

#else

enum gil_found
gil_state_find(struct gil *gil)
{
    *gil = (struct gil){NULL, NULL};
    return GIL_LAYOUT_UNKNOWN;
}

gil_holder
gil_state_current_thread(void)
{
    return 0;
}

bool
gil_state_is_enabled(const struct gil *gil)
{
    (void)gil;
    return true;
}

gil_holder
gil_state_holder(const struct gil *gil)
{
    (void)gil;
    return 0;
}

uint64_t
gil_state_switches(const struct gil *gil)
{
    (void)gil;
    return 0;
}

bool
gil_state_is_requested(const struct gil *gil, gil_holder holder)
{
    (void)gil;
    (void)holder;
    return false;
}

bool
gil_state_is_held_here(const struct gil *gil, gil_holder holder)
{
    (void)gil;
    (void)holder;
    return false;
}

bool
runtime_is_finalizing(void)
{
    return false;
}

uint64_t
gil_state_generation(const struct gil *gil)
{
    (void)gil;
    return 0;
}

bool
gil_state_identify(gil_holder holder, struct gil_thread *thread)
{
    (void)holder;
    (void)thread;
    return false;
}

#endif
