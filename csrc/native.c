/* gilext._native: the definition of the module. Start reading here.

   The module is a thin layer: each py_*.c file is the Python glue of one subject, and calls a
   plain C file of the same name that knows no Python.h and can be tested without it.

       loops/       the held and the released variant, side by side; Meeting; OS threads
       checking/    what one function does with the GIL: watch_calls, probe_calls
       recording/   who held the GIL while a program ran: Sampler
       references/  refcount, is_immortal, heap_bytes
       lab/         what goes wrong on purpose: Counters, LockPair
       cpython/     the only room that knows CPython's private layouts
       os/          threads, clocks, memory: portability, and nothing else

   arguments.c is what all of them read their arguments with. */

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
