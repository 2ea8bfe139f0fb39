/* The machine's limit for Python: a loop in plain OS threads. */

#include "arguments.h"
#include "cpython/signals.h"
#include "loops/loop_table.h"
#include "loops/os_crew.h"
#include "native.h"

enum { MAX_WORKERS = 1024 };

static const struct signature time_os_threads_signature = {
    "time_os_threads", 3, 3, {"loop", "workers", "argument"}};

/* One loop with its argument. */
struct loop_call {
    const struct loop *loop;
    struct loop_argument argument;
    Py_buffer owned_view; /* empty if the loop takes no buffer: PyBuffer_Release() takes that too */
};

static int
set_unknown_loop(PyObject *value)
{
    PyObject *names = PyUnicode_FromString("");
    for (size_t i = 0; names != NULL && i < LOOP_COUNT; i++) {
        const char *separator = i == 0 ? "" : i + 1 < LOOP_COUNT ? ", " : " or ";
        PyObject *longer = PyUnicode_FromFormat("%U%s'%s'", names, separator, loops[i].name);
        Py_SETREF(names, longer);
    }
    if (names != NULL) {
        PyErr_Format(PyExc_ValueError, "time_os_threads() argument 'loop' must be %U, not %R",
                     names, value);
        Py_DECREF(names);
    }
    return -1;
}

static int
to_loop(PyObject *value, const struct loop **loop)
{
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "time_os_threads() argument 'loop' must be str, not %.200s",
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    for (size_t i = 0; i < LOOP_COUNT; i++) {
        if (PyUnicode_CompareWithASCIIString(value, loops[i].name) == 0) {
            *loop = &loops[i];
            return 0;
        }
    }
    return set_unknown_loop(value);
}

static int
to_loop_call(PyObject *loop, PyObject *argument, struct loop_call *call)
{
    const struct signature *signature = &time_os_threads_signature;
    *call = (struct loop_call){.loop = NULL};
    if (to_loop(loop, &call->loop) < 0) {
        return -1;
    }
    if (!call->loop->takes_buffer) {
        return to_uint64(signature, 2, argument, 0, call->loop->limit, &call->argument.number);
    }
    if (to_buffer(signature, 2, argument, &call->owned_view) < 0) {
        return -1;
    }
    call->argument.data = call->owned_view.buf;
    call->argument.length = (size_t)call->owned_view.len;
    return 0;
}

/* -- running it ---------------------------------------------------------------------------- */

static uint64_t
run_loop(const void *opaque_call, const atomic_bool *is_stopping)
{
    const struct loop_call *call = opaque_call;
    return call->loop->run(&call->argument, is_stopping);
}

/* 0 once all threads are done, or -1 with what a signal handler raised: they then end early. */
static int
wait_for(struct os_crew *crew)
{
    const uint64_t span_ns = signals_span_ns(MAX_SIGNAL_DELAY_NS);
    bool is_done;
    int status = 0;
    do {
        Py_BEGIN_ALLOW_THREADS
        is_done = os_crew_wait(crew, span_ns);
        Py_END_ALLOW_THREADS
        status = PyErr_CheckSignals();
    } while (!is_done && status == 0);
    Py_BEGIN_ALLOW_THREADS
    os_crew_finish(crew);
    Py_END_ALLOW_THREADS
    return status;
}

static bool
ran_out_of_memory(const struct os_crew *crew)
{
    for (uint32_t i = 0; i < crew->size; i++) {
        if (crew->workers[i].result == GILEXT_NO_MEMORY) {
            return true;
        }
    }
    return false;
}

static PyObject *
crew_results(const struct os_crew *crew)
{
    PyObject *results = PyTuple_New((Py_ssize_t)crew->size);
    if (results == NULL) {
        return NULL;
    }
    for (uint32_t i = 0; i < crew->size; i++) {
        PyObject *result = PyLong_FromUnsignedLongLong(crew->workers[i].result);
        if (result == NULL) {
            Py_DECREF(results);
            return NULL;
        }
        PyTuple_SET_ITEM(results, (Py_ssize_t)i, result);
    }
    return Py_BuildValue("ddN", (double)os_crew_wall_ns(crew) * 1e-9,
                         (double)os_crew_cpu_ns(crew) * 1e-9, results);
}

static PyObject *
run_crew(const struct loop_call *call, struct os_worker *workers, uint32_t size)
{
    struct os_crew crew;
    bool has_started;
    Py_BEGIN_ALLOW_THREADS
    has_started = os_crew_start(&crew, run_loop, call, workers, size);
    Py_END_ALLOW_THREADS
    if (!has_started) {
        return PyErr_Format(PyExc_RuntimeError, "can't start %u threads", size);
    }
    if (wait_for(&crew) < 0) {
        return NULL;
    }
    if (call->loop->can_run_out && ran_out_of_memory(&crew)) {
        return PyErr_NoMemory();
    }
    return crew_results(&crew);
}

static PyObject *
time_os_threads(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs,
                PyObject *kwnames)
{
    const struct signature *signature = &time_os_threads_signature;
    PyObject *values[MAX_ARGUMENTS];
    uint64_t size;
    struct loop_call call;
    if (bind_arguments(signature, args, nargs, kwnames, values) < 0 ||
        to_uint64(signature, 1, values[1], 1, MAX_WORKERS, &size) < 0 ||
        to_loop_call(values[0], values[2], &call) < 0) {
        return NULL;
    }
    struct os_worker *workers = PyMem_New(struct os_worker, (size_t)size);
    PyObject *result =
        workers == NULL ? PyErr_NoMemory() : run_crew(&call, workers, (uint32_t)size);
    PyMem_Free(workers);
    PyBuffer_Release(&call.owned_view);
    return result;
}

PyDoc_STRVAR(time_os_threads_doc,
             "time_os_threads($module, /, loop, workers, argument)\n--\n\n"
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
             "MemoryError\n    As the loop itself.\n"
             "RuntimeError\n    When the system can't start that many threads.\n"
             "KeyboardInterrupt\n    At Ctrl-C, in the main thread; the loops then end early.");

PyMethodDef os_crew_functions[] = {
    {"time_os_threads", METHOD(time_os_threads), METH_FASTCALL | METH_KEYWORDS,
     time_os_threads_doc},
    {NULL, NULL, 0, NULL},
};
