/* gilext._native: the definition of the module. Start reading here.

   The module is a thin layer: each py_*.c file is the Python glue of one subject, and calls a
   plain C file of the same name that knows no Python.h and can be tested without it.

       loops/       the held and the released variant, side by side; Meeting; OS threads
       checking/    what one function does with the GIL: watch_calls, probe_calls; StandIn
       recording/   who held the GIL while a program ran: Sampler, whose memory may be a file that
                    open_recording reads; who holds it in another process: read_process; a
                    thread that tells how it goes: Ticker
       references/  refcount, is_immortal, heap_bytes, memory_sizes; ArenaCount; Census, the
                    counts of many objects at once
       auditing/    module_definition, module_contents, exported_slots: what an extension module
                    says of itself
       lab/         what goes wrong on purpose: Counters, LockPair; and sum_range
       cli/         what ends a watched program before its interpreter does: Ending, Around
       cpython/     the only room that knows CPython's private layouts
       os/          threads, clocks, memory: portability, and nothing else

   arguments.c is what all of them read their arguments with. */

#include "native.h"

#include "checking/handovers.h"
#include "loops/loops.h"
#include "os/condition_waiters.h"
#include "os/os_process.h"

/* -- what is in it ------------------------------------------------------------------------- */

static PyMethodDef *const functions[] = {
    loop_functions,           timed_loop_functions, os_crew_functions, sum_range_functions,
    check_functions,          refcount_functions,   memory_functions,  watchdog_functions,
    recording_file_functions, process_functions,    slots_functions,
};

static PyType_Spec *const types[] = {
    &meeting_spec, &sampler_spec, &stand_in_spec, &counters_spec,    &lock_pair_spec,
    &ending_spec,  &around_spec,  &census_spec,   &arena_count_spec, &ticker_spec,
};

static const struct {
    const char *name;
    unsigned long long value;
} constants[] = {
    {"PRIMES_LIMIT", GILEXT_PRIMES_LIMIT},
    {"HANDOVER_PLACES", HANDOVER_PLACES},
};

/* -- making it ----------------------------------------------------------------------------- */

struct native_state *
native_state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

static int
add_type(PyObject *module, PyType_Spec *spec)
{
    PyObject *type = PyType_FromModuleAndSpec(module, spec, NULL);
    if (type == NULL) {
        return -1;
    }
    int status = PyModule_AddType(module, (PyTypeObject *)type);
    if (spec == &sampler_spec) {
        native_state_of(module)->sampler_type = (PyTypeObject *)Py_NewRef(type);
    }
    Py_DECREF(type);
    return status;
}

static int
add_constant(PyObject *module, const char *name, unsigned long long value)
{
    PyObject *number = PyLong_FromUnsignedLongLong(value);
    if (number == NULL) {
        return -1;
    }
    int status = PyModule_AddObjectRef(module, name, number);
    Py_DECREF(number);
    return status;
}

PyDoc_STRVAR(unsupported_interpreter_doc,
             "This gilext doesn't know how this interpreter keeps its GIL, or its counts.");

static int
add_exception(PyObject *module)
{
    PyObject *error = PyErr_NewExceptionWithDoc(
        "gilext.UnsupportedInterpreter", unsupported_interpreter_doc, PyExc_RuntimeError, NULL);
    native_state_of(module)->unsupported_interpreter = error;
    return error == NULL ? -1 : PyModule_AddObjectRef(module, "UnsupportedInterpreter", error);
}

static int
native_exec(PyObject *module)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(functions); i++) {
        if (PyModule_AddFunctions(module, functions[i]) < 0) {
            return -1;
        }
    }
    for (size_t i = 0; i < Py_ARRAY_LENGTH(types); i++) {
        if (add_type(module, types[i]) < 0) {
            return -1;
        }
    }
    for (size_t i = 0; i < Py_ARRAY_LENGTH(constants); i++) {
        if (add_constant(module, constants[i].name, constants[i].value) < 0) {
            return -1;
        }
    }
    return add_exception(module);
}

static int
native_traverse(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(native_state_of(module)->unsupported_interpreter);
    Py_VISIT(native_state_of(module)->sampler_type);
    return 0;
}

static int
native_clear(PyObject *module)
{
    Py_CLEAR(native_state_of(module)->unsupported_interpreter);
    Py_CLEAR(native_state_of(module)->sampler_type);
    return 0;
}

static void
native_free(void *module)
{
    native_clear(module);
}

/* -- what its types and functions share ---------------------------------------------------- */

PyObject *
raise_unsupported_interpreter(PyObject *module, const char *what)
{
    return PyErr_Format(native_state_of(module)->unsupported_interpreter,
                        "gilext doesn't know the %s of CPython %s", what, PY_VERSION);
}

int
traverse_type(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

bool
counts_waiters(struct native_state *state)
{
    int knows = atomic_load_explicit(&state->knows_waiters, memory_order_relaxed);
    if (knows == 0) {
        bool is_known;
        Py_BEGIN_ALLOW_THREADS
        is_known = condition_waiters_are_known();
        Py_END_ALLOW_THREADS
        knows = is_known ? 1 : -1;
        atomic_store_explicit(&state->knows_waiters, knows, memory_order_relaxed);
    }
    return knows > 0;
}

struct own_requests *
own_requests_of(struct native_state *state)
{
    own_requests_are_of(&state->own, this_process());
    return &state->own;
}

int
append_owned(PyObject *list, PyObject *owned_item)
{
    int outcome = owned_item == NULL ? -1 : PyList_Append(list, owned_item);
    Py_XDECREF(owned_item);
    return outcome;
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
    .m_free = native_free,
};

PyMODINIT_FUNC
PyInit__native(void)
{
    return PyModuleDef_Init(&native_module);
}
