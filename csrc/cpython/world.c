/* Everything here reads fields that CPython may change in any feature release. A version that is
   not listed in layouts.h builds without them. */

#include "cpython/layouts.h"

#include "cpython/world.h"

#if defined(GILEXT_KNOWS_FRAMES) && defined(Py_GIL_DISABLED) && PY_VERSION_HEX >= 0x030E0000

#include "internal/pycore_ceval.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_pystate.h"
#include "internal/pycore_runtime.h"

bool
world_can_be_seen(void)
{
    return true;
}

/* Its fields are guarded by the lock of the thread list, which isn't taken here: each is read once,
   and a stop that ends at the same time is seen in part at most. `world_stopped` is set before
   `requested` is reset. */
static struct world_sample
sample_of(const volatile struct _stoptheworld_state *stop)
{
    struct world_sample sample = {
        .is_requested = stop->requested,
        .countdown = stop->thread_countdown,
        .requester = (gil_holder)stop->requester,
    };
    sample.is_stopped = stop->world_stopped;
    sample.is_requested = sample.is_requested && !sample.is_stopped;
    return sample;
}

struct world_sample
world_sample(const struct gil *gil)
{
    const PyInterpreterState *interpreter = gil->interpreter;
    struct world_sample all = sample_of(&_PyRuntime.stoptheworld);
    return all.is_requested || all.is_stopped ? all : sample_of(&interpreter->stoptheworld);
}

bool
world_waits_for(gil_holder thread)
{
    uintptr_t breaker;
    return memory_copy(&breaker, &((const PyThreadState *)thread)->eval_breaker, sizeof breaker) &&
           (breaker & _PY_EVAL_PLEASE_STOP_BIT) != 0;
}

void
world_stop(const struct gil *gil)
{
    _PyEval_StopTheWorld((PyInterpreterState *)(uintptr_t)gil->interpreter);
}

void
world_start(const struct gil *gil)
{
    _PyEval_StartTheWorld((PyInterpreterState *)(uintptr_t)gil->interpreter);
}

#else

bool
world_can_be_seen(void)
{
    return false;
}

struct world_sample
world_sample(const struct gil *gil)
{
    (void)gil;
    return (struct world_sample){0};
}

bool
world_waits_for(gil_holder thread)
{
    (void)thread;
    return false;
}

void
world_stop(const struct gil *gil)
{
    (void)gil;
}

void
world_start(const struct gil *gil)
{
    (void)gil;
}

#endif
