/* Everything here reads fields that CPython may change in any feature release. A version that is
   not listed builds without them, and gil_state_find() answers GIL_LAYOUT_UNKNOWN. */

#ifndef Py_BUILD_CORE_MODULE
#define Py_BUILD_CORE_MODULE 1
#endif

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "cpython/gil_state.h"

#include "os/condition_waiters.h"
#include "os/memory.h"

#if !defined(PYPY_VERSION) && PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x03100000

#include <stdatomic.h>

#include "internal/pycore_ceval.h"
#include "internal/pycore_gil.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_runtime.h"

#include "os/memory.h"

enum { MAX_TRIES = 8, NS_PER_MICROSECOND = 1000 };

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

bool
gil_state_is_enabled(const struct gil *gil)
{
#ifdef Py_GIL_DISABLED
    const volatile struct _gil_runtime_state *state = gil->state;
    return state->enabled != 0;
#else
    (void)gil;
    return true;
#endif
}

gil_holder
gil_state_current_thread(void)
{
    return (gil_holder)PyThreadState_Get();
}

/* -- a sample ------------------------------------------------------------------------------ */

#if PY_VERSION_HEX < 0x030D0000

static bool
is_locked(const struct _gil_runtime_state *state)
{
    return _Py_atomic_load_relaxed(&state->locked) > 0;
}

static gil_holder
last_holder(const struct _gil_runtime_state *state)
{
    return (gil_holder)_Py_atomic_load_relaxed(&state->last_holder);
}

static bool
is_asked(const struct gil *gil, gil_holder holder)
{
    const PyInterpreterState *interpreter = gil->interpreter;
    (void)holder;
    return _Py_atomic_load_relaxed(&interpreter->ceval.gil_drop_request) != 0;
}

bool
gil_state_can_see_requests(void)
{
    return true;
}

#else

static bool
is_locked(const struct _gil_runtime_state *state)
{
    return _Py_atomic_load_int_relaxed(&state->locked) > 0;
}

static gil_holder
last_holder(const struct _gil_runtime_state *state)
{
    return (gil_holder)_Py_atomic_load_ptr_relaxed(&state->last_holder);
}

/* The word is the holder's own, and the holder may be gone. */
static bool
is_asked(const struct gil *gil, gil_holder holder)
{
    uintptr_t breaker;
    (void)gil;
    return memory_copy(&breaker, &((const PyThreadState *)holder)->eval_breaker, sizeof breaker) &&
           (breaker & _PY_GIL_DROP_REQUEST_BIT) != 0;
}

bool
gil_state_can_see_requests(void)
{
    return memory_can_be_copied();
}

#endif

/* `last_holder` is the last one that held it, also when nobody does. */
gil_holder
gil_state_holder(const struct gil *gil)
{
    return is_locked(gil->state) ? last_holder(gil->state) : 0;
}

uint64_t
gil_state_switches(const struct gil *gil)
{
    const volatile struct _gil_runtime_state *state = gil->state;
    return (uint64_t)state->switch_number;
}

/* take_gil() writes `locked`, then `last_holder`, then `switch_number`, in a mutex that isn't taken
   here: between the first and the second, the GIL seems to be its last holder's again. Reading the
   holder last, and all of it twice, leaves that only to a taker that is stopped right there. The
   fences keep the reads in this order; they pair with the unlocking of that mutex. */
struct gil_sample
gil_state_sample(const struct gil *gil)
{
    struct gil_sample sample, again = {gil_state_holder(gil), gil_state_switches(gil)};
    int tries = 0;
    do {
        sample = again;
        atomic_thread_fence(memory_order_acquire);
        again.switches = gil_state_switches(gil);
        atomic_thread_fence(memory_order_acquire);
        again.holder = gil_state_holder(gil);
    } while ((again.holder != sample.holder || again.switches != sample.switches) &&
             ++tries < MAX_TRIES);
    return again;
}

bool
gil_state_is_requested(const struct gil *gil, gil_holder holder)
{
    if (holder == 0 || !is_asked(gil, holder)) {
        return false;
    }
    atomic_thread_fence(memory_order_acquire);
    return gil_state_holder(gil) == holder;
}

uint32_t
gil_state_waiters(const struct gil *gil)
{
    const struct _gil_runtime_state *state = gil->state;
    return condition_waiters(&state->cond);
}

bool
gil_state_is_being_taken(const struct gil *gil)
{
    const struct _gil_runtime_state *state = gil->state;
    return mutex_is_contended(&state->mutex) && !is_locked(state);
}

uint64_t
gil_state_switch_interval_ns(const struct gil *gil)
{
    const volatile struct _gil_runtime_state *state = gil->state;
    return (uint64_t)state->interval * NS_PER_MICROSECOND;
}

/* -- who waits ------------------------------------------------------------------------------ */

bool
gil_state_is_waited_at(const struct gil *gil, uintptr_t address)
{
    const struct _gil_runtime_state *state = gil->state;
    return condition_is_waited_at(&state->cond, address);
}

#if PY_VERSION_HEX >= 0x030F0000

/* The thread may be gone. */
bool
gil_state_wants(gil_holder thread)
{
    int requested;
    return memory_copy(&requested, &((const PyThreadState *)thread)->gil_requested,
                       sizeof requested) &&
           requested != 0;
}

bool
gil_state_can_see_wants(void)
{
    return memory_can_be_copied();
}

#else

bool
gil_state_wants(gil_holder thread)
{
    (void)thread;
    return false;
}

bool
gil_state_can_see_wants(void)
{
    return false;
}

#endif

bool
runtime_is_finalizing(void)
{
    return _PyRuntimeState_GetFinalizing(&_PyRuntime) != NULL;
}

#else

enum gil_found
gil_state_find(struct gil *gil)
{
    *gil = (struct gil){NULL, NULL};
    return GIL_LAYOUT_UNKNOWN;
}

bool
gil_state_is_enabled(const struct gil *gil)
{
    (void)gil;
    return true;
}

gil_holder
gil_state_current_thread(void)
{
    return 0;
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

struct gil_sample
gil_state_sample(const struct gil *gil)
{
    (void)gil;
    return (struct gil_sample){0, 0};
}

bool
gil_state_is_requested(const struct gil *gil, gil_holder holder)
{
    (void)gil;
    (void)holder;
    return false;
}

bool
gil_state_can_see_requests(void)
{
    return false;
}

uint32_t
gil_state_waiters(const struct gil *gil)
{
    (void)gil;
    return 0;
}

bool
gil_state_is_being_taken(const struct gil *gil)
{
    (void)gil;
    return false;
}

uint64_t
gil_state_switch_interval_ns(const struct gil *gil)
{
    (void)gil;
    return 0;
}

bool
runtime_is_finalizing(void)
{
    return false;
}

bool
gil_state_is_waited_at(const struct gil *gil, uintptr_t address)
{
    (void)gil;
    (void)address;
    return false;
}

bool
gil_state_wants(gil_holder thread)
{
    (void)thread;
    return false;
}

bool
gil_state_can_see_wants(void)
{
    return false;
}

#endif
