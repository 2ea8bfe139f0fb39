/* gilext._native: the definition of the module. Start reading here.

   The module is a thin layer: each py_*.c file is the Python glue of one subject, and calls a
   plain C file of the same name that knows no Python.h and can be tested without it.

       py_loops.c        spin_*, count_primes_*, checksum_*,        loops.c
                         sum_range_*
       py_timed_loops.c  hold_for, release_for, spin_interruptible  timed_loops.c
       py_meeting.c      Meeting                                    meeting.c
       py_os_crew.c      time_os_threads                            os_crew.c
       py_sampler.c      Sampler                                    sampler.c, stand_in.c, recorder.c
       py_sampler_views.c  what a Sampler saw                       frame_state.c, stack_log.c
       py_check.c        watch_calls, probe_calls                   call_watch.c, handovers.c
       py_counters.c     Counters                                   counters.c
       py_lock_order.c   LockPair                                   lock_order.c
       py_refcounts.c    refcount, is_immortal, heap_bytes          heap.h
       arguments.c       what all of them use to read arguments
       gil_state.c       knows CPython's private layout of the GIL and of thread states
       frame_state.c     knows that of frames; no other file knows any */

#include "native.h"

struct native_state *
native_state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

static int
native_exec(PyObject *module)
{
    int (*const add[])(PyObject *) = {add_loops, add_timed_loops, add_meeting, add_os_crew,
                                       add_sampler, add_check, add_counters, add_lock_order,
                                       add_refcounts};
    for (size_t i = 0; i < Py_ARRAY_LENGTH(add); i++) {
        if (add[i](module) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
native_traverse(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(native_state_of(module)->meeting_type);
    Py_VISIT(native_state_of(module)->sampler_type);
    Py_VISIT(native_state_of(module)->counters_type);
    Py_VISIT(native_state_of(module)->lock_pair_type);
    return 0;
}

static int
native_clear(PyObject *module)
{
    Py_CLEAR(native_state_of(module)->meeting_type);
    Py_CLEAR(native_state_of(module)->sampler_type);
    Py_CLEAR(native_state_of(module)->counters_type);
    Py_CLEAR(native_state_of(module)->lock_pair_type);
    return 0;
}

/* -- what the module declares -------------------------------------------------------------- */

/* Both declarations hold because there is no state outside the module and its objects, and
   because nothing that threads share is written without a lock. */
static PyModuleDef_Slot native_slots[] = {
    {Py_mod_exec, SLOT(native_exec)},
#ifdef Py_mod_multiple_interpreters
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

/* -- the module ---------------------------------------------------------------------------- */

PyDoc_STRVAR(native_doc, "CPU-heavy C loops that hold the GIL, and the same that release it.");

static struct PyModuleDef native_module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "gilext._native",
    .m_doc = native_doc,
    .m_size = sizeof(struct native_state),
    .m_slots = native_slots,
    .m_traverse = native_traverse,
    .m_clear = native_clear,
};

PyMODINIT_FUNC
PyInit__native(void)
{
    return PyModuleDef_Init(&native_module);
}
