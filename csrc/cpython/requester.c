#include "cpython/requester.h"

#include "cpython/gil_state.h"

bool
requester_open(struct requester *requester)
{
    if (!runtime_is_finalizing()) {
        requester->thread_state = PyThreadState_New(requester->interpreter);
        own_requests_replace(requester->own, 0, (gil_holder)requester->thread_state);
    }
    return requester->thread_state != NULL;
}

void
requester_take(struct requester *requester)
{
    atomic_fetch_add_explicit(&requester->own->waiting, 1, memory_order_relaxed);
    PyEval_AcquireThread(requester->thread_state);
    atomic_fetch_sub_explicit(&requester->own->waiting, 1, memory_order_relaxed);
}

void
requester_give(struct requester *requester)
{
    PyEval_ReleaseThread(requester->thread_state);
}

void
requester_close(struct requester *requester)
{
    if (requester->thread_state != NULL && !runtime_is_finalizing()) {
        requester_take(requester);
        gil_holder state = (gil_holder)requester->thread_state;
        PyThreadState_Clear(requester->thread_state);
        PyThreadState_DeleteCurrent();
        own_requests_replace(requester->own, state, 0);
        requester->thread_state = NULL;
    }
}
