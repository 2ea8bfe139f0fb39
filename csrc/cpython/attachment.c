/* Everything here reads fields that CPython may change in any feature release. A version that is
   not listed in layouts.h builds without them. */

#include "cpython/layouts.h"

#include "cpython/attachment.h"

#if defined(GILEXT_KNOWS_FRAMES) && PY_VERSION_HEX >= 0x030D0000

#include "internal/pycore_pystate.h"

bool
attachment_is_known(void)
{
    return memory_can_be_copied();
}

enum attachment
attachment_meant_by(int state)
{
    return state == _Py_THREAD_ATTACHED   ? ATTACHED
           : state == _Py_THREAD_DETACHED ? DETACHED
                                          : SUSPENDED;
}

bool
attachment_is_attached(gil_holder thread)
{
    int state;
    return memory_copy(&state, &((const PyThreadState *)thread)->state, sizeof state) &&
           state == _Py_THREAD_ATTACHED;
}

bool
attachment_is_attached_locked(gil_holder thread)
{
    const PyThreadState *state = (const PyThreadState *)thread;
    return _Py_atomic_load_int_relaxed(&state->state) == _Py_THREAD_ATTACHED;
}

#else

bool
attachment_is_known(void)
{
    return false;
}

enum attachment
attachment_meant_by(int state)
{
    (void)state;
    return DETACHED;
}

bool
attachment_is_attached(gil_holder thread)
{
    (void)thread;
    return false;
}

bool
attachment_is_attached_locked(gil_holder thread)
{
    (void)thread;
    return false;
}

#endif
