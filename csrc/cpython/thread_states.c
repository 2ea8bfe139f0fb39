/* Everything here reads fields that CPython may change in any feature release. A version that is
   not listed builds without them. */

#ifndef Py_BUILD_CORE_MODULE
#define Py_BUILD_CORE_MODULE 1
#endif

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "cpython/thread_states.h"

#include "cpython/attachment.h"

#if !defined(PYPY_VERSION) && PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x03100000

#include "internal/pycore_ceval.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_runtime.h"

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

/* Not _PyRuntime.interpreters.main: that becomes NULL while the runtime shuts down. */
uint64_t
gil_state_generation(const struct gil *gil)
{
    const volatile PyInterpreterState *main = &_PyRuntime._main_interpreter;
    const volatile PyInterpreterState *own = gil->interpreter;
    return (uint64_t)main->threads.next_unique_id + (uint64_t)own->threads.next_unique_id;
}

bool
runtime_has_threads(void)
{
    const volatile PyInterpreterState *main = &_PyRuntime._main_interpreter;
    return main->threads.head != NULL;
}

static struct gil_thread
describe(const PyThreadState *state)
{
    return (struct gil_thread){.ident = state->thread_id, .native_id = state->native_thread_id};
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
                *thread = describe(state);
                is_known = true;
                break;
            }
        }
    }
    unlock_thread_list();
    return is_known;
}

static bool
uses_gil(const PyInterpreterState *interp, const struct gil *gil)
{
#if PY_VERSION_HEX < 0x030C0000
    (void)interp;
    (void)gil;
    return true; /* there is only one */
#else
    return interp->ceval.gil == gil->state;
#endif
}

static bool
is_any(gil_holder state)
{
    (void)state;
    return true;
}

/* Under the lock of the list. */
static size_t
list_states(const struct gil *gil, bool (*is_wanted)(gil_holder), struct thread_state *states,
            size_t max)
{
    size_t count = 0;
    for (PyInterpreterState *interp = _PyRuntime.interpreters.head; interp != NULL;
         interp = interp->next) {
        PyThreadState *state = uses_gil(interp, gil) ? interp->threads.head : NULL;
        for (; state != NULL && count < max; state = state->next) {
            if (is_wanted((gil_holder)state)) {
                states[count++] = (struct thread_state){(gil_holder)state, describe(state)};
            }
        }
    }
    return count;
}

size_t
thread_states_list(const struct gil *gil, struct thread_state *states, size_t max)
{
    if (!try_lock_thread_list()) {
        return 0;
    }
    size_t count = list_states(gil, is_any, states, max);
    unlock_thread_list();
    return count;
}

bool
thread_states_list_attached(const struct gil *gil, struct thread_state *states, size_t max,
                            size_t *count)
{
    if (!try_lock_thread_list()) {
        return false;
    }
    *count = list_states(gil, attachment_is_attached_locked, states, max);
    unlock_thread_list();
    return true;
}

#else

uint64_t
gil_state_generation(const struct gil *gil)
{
    (void)gil;
    return 0;
}

bool
runtime_has_threads(void)
{
    return true;
}

bool
gil_state_identify(gil_holder holder, struct gil_thread *thread)
{
    (void)holder;
    (void)thread;
    return false;
}

size_t
thread_states_list(const struct gil *gil, struct thread_state *states, size_t max)
{
    (void)gil;
    (void)states;
    (void)max;
    return 0;
}

bool
thread_states_list_attached(const struct gil *gil, struct thread_state *states, size_t max,
                            size_t *count)
{
    (void)gil, (void)states, (void)max, (void)count;
    return false;
}

#endif
