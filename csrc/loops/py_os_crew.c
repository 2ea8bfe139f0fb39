/* The machine's limit for Python: a loop in plain OS threads. */

#include "arguments.h"
#include "loops/loops.h"
#include "native.h"
#include "loops/os_crew.h"

enum { MAX_WORKERS = 1024 };

static const struct signature time_os_threads_signature = {
    "time_os_threads", 3, 3, {"loop", "workers", "argument"}};

static int
to_loop_name(PyObject *value, enum loop_name *name)
{
    static const char *const names[] = {
        [LOOP_SPIN] = "spin",
        [LOOP_COUNT_PRIMES] = "count_primes",
        [LOOP_CHECKSUM] = "checksum",
    };
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "time_os_threads() argument 'loop' must be str, not %.200s",
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    for (size_t i = 0; i < Py_ARRAY_LENGTH(names); i++) {
        if (PyUnicode_CompareWithASCIIString(value, names[i]) == 0) {
            *name = (enum loop_name)i;
            return 0;
        }
    }
    PyErr_Format(PyExc_ValueError,
                 "time_os_threads() argument 'loop' must be 'spin', 'count_primes' or "
                 "'checksum', not %R",
                 value);
    return -1;
}

/* Read the loop's own argument. For checksum, `owned_view` holds the buffer; for the others
   it is left empty, which PyBuffer_Release() takes as well. */
static int
to_loop_call(PyObject *loop, PyObject *argument, struct loop_call *call, Py_buffer *owned_view)
{
    const struct signature *signature = &time_os_threads_signature;
    *call = (struct loop_call){.name = LOOP_SPIN};
    *owned_view = (Py_buffer){.obj = NULL};
    if (to_loop_name(loop, &call->name) < 0) {
        return -1;
    }
    if (call->name != LOOP_CHECKSUM) {
        uint64_t highest = call->name == LOOP_SPIN ? UINT64_MAX : GILEXT_PRIMES_LIMIT;
        return to_uint64(signature, 2, argument, 0, highest, &call->number);
    }
    if (to_buffer(signature, 2, argument, owned_view) < 0) {
        return -1;
    }
    call->data = owned_view->buf;
    call->length = (size_t)owned_view->len;
    return 0;
}

static PyObject *
results_of(const struct os_crew *crew)
{
    PyObject *owned_results = PyTuple_New((Py_ssize_t)crew->size);
    if (owned_results == NULL) {
        return NULL;
    }
    for (uint32_t i = 0; i < crew->size; i++) {
        PyObject *owned_result = PyLong_FromUnsignedLongLong(crew->workers[i].result);
        if (owned_result == NULL) {
            Py_DECREF(owned_results);
            return NULL;
        }
        PyTuple_SET_ITEM(owned_results, (Py_ssize_t)i, owned_result);
    }
    return Py_BuildValue("ddN", (double)os_crew_wall_ns(crew) * 1e-9,
                         (double)os_crew_cpu_ns(crew) * 1e-9, owned_results);
}

static PyObject *
time_os_threads(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
                PyObject *kwnames)
{
    const struct signature *signature = &time_os_threads_signature;
    PyObject *values[MAX_ARGUMENTS];
    uint64_t size;
    struct loop_call call;
    Py_buffer owned_view;
    if (bind_arguments(signature, args, nargs, kwnames, values) < 0 ||
        to_uint64(signature, 1, values[1], 1, MAX_WORKERS, &size) < 0 ||
        to_loop_call(values[0], values[2], &call, &owned_view) < 0) {
        return NULL;
    }
    PyObject *owned_result = NULL;
    struct os_worker *workers = PyMem_New(struct os_worker, (size_t)size);
    if (workers == NULL) {
        PyErr_NoMemory();
        goto finally;
    }
    struct os_crew crew;
    bool has_run;
    Py_BEGIN_ALLOW_THREADS
    has_run = os_crew_run(&crew, call, workers, (uint32_t)size);
    Py_END_ALLOW_THREADS
    if (has_run) {
        owned_result = results_of(&crew);
    }
    else {
        PyErr_Format(PyExc_RuntimeError, "can't start %llu threads", (unsigned long long)size);
    }
finally:
    PyMem_Free(workers);
    PyBuffer_Release(&owned_view);
    return owned_result;
}

PyDoc_STRVAR(time_os_threads_doc, "time_os_threads($module, /, loop, workers, argument)\n--\n\n"
             "Run a loop in plain OS threads, without Python, and time it in C.\n\n"
             "This is the machine's limit: what a crew of Python threads is judged against.\n\n"
             "Parameters\n----------\n"
             "loop : str\n    'spin', 'count_primes' or 'checksum'.\n"
             "workers : int\n    How many threads, 1 to 1024. Each makes the same call.\n"
             "argument : int or bytes-like object\n"
             "    What the loop takes: iterations, a limit, or a buffer.\n\n"
             "Returns\n-------\ntuple of (float, float, tuple of int)\n"
             "    Seconds from the first start to the last end; CPU seconds of all threads;\n"
             "    each thread's result.\n\n"
             "Raises\n------\n"
             "TypeError, ValueError, OverflowError, BufferError\n    As the loop itself.\n"
             "RuntimeError\n    When the system can't start so many threads.");

static PyMethodDef os_crew_functions[] = {
    {"time_os_threads", METHOD(time_os_threads), METH_FASTCALL | METH_KEYWORDS,
     time_os_threads_doc},
    {NULL, NULL, 0, NULL},
};

int
add_os_crew(PyObject *module)
{
    return PyModule_AddFunctions(module, os_crew_functions);
}
