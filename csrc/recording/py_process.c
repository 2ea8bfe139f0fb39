/* Another process's threads, read from outside: what gilext dump makes sense of. */

#include <errno.h>

#include "arguments.h"
#include "cpython/frame_state.h"
#include "cpython/other_process.h"
#include "native.h"
#include "os/thread_futex.h"
#include "recording/py_sampler.h"

/* The lists are the process's: one that is torn could lead in a circle. */
enum { MAX_INTERPRETERS = 1024, MAX_THREADS = 65536 };

struct reading {
    struct memory_source source;
    struct frame_reader *frames; /* NULL: their layout is unknown */
    bool knows_waiters;
    PyObject *owned_gils; /* a list each */
    PyObject *owned_threads;
};

/* -- one thread ------------------------------------------------------------------------------- */

static PyObject *
build_frames(const struct named_stack *stack)
{
    PyObject *owned_list = PyList_New(0);
    for (size_t i = 0; owned_list != NULL && i < stack->count; i++) {
        const struct named_frame *frame = &stack->frames[i];
        PyObject *owned_row = Py_BuildValue("NiN", decode_text(frame->file), frame->location.line,
                                            decode_text(frame->function));
        if (append_owned(owned_list, owned_row) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

static PyObject *
build_stack(struct frame_reader *frames, uintptr_t thread)
{
    if (frames == NULL || !frame_reader_find(frames, thread)) {
        return Py_NewRef(Py_None);
    }
    const struct named_stack *stack = frame_reader_name(frames);
    return Py_BuildValue("NNN", build_frames(stack), PyBool_FromLong(stack->is_truncated),
                         stack->callable != NULL ? decode_text(stack->callable)
                                                 : Py_NewRef(Py_None));
}

static PyObject *
build_thread(struct reading *reading, const struct other_interpreter *interpreter,
             uintptr_t address, const struct other_thread *thread)
{
    return Py_BuildValue(
        "{s:K,s:L,s:K,s:K,s:K,s:i,s:N,s:N}", "state", (unsigned long long)address, "interpreter",
        (long long)interpreter->id, "gil", (unsigned long long)interpreter->gil, "ident",
        (unsigned long long)thread->thread.ident, "native_id",
        (unsigned long long)thread->thread.native_id, "attachment", (int)thread->attachment,
        "wants", gil_state_can_see_wants() ? PyBool_FromLong(thread->wants) : Py_NewRef(Py_None),
        "stack", build_stack(reading->frames, address));
}

/* -- the lists -------------------------------------------------------------------------------- */

static int
read_threads(struct reading *reading, const struct other_interpreter *interpreter)
{
    struct other_thread thread;
    uintptr_t address = interpreter->newest_thread;
    for (; address != 0; address = thread.next) {
        if (PyList_GET_SIZE(reading->owned_threads) == MAX_THREADS ||
            !other_process_copy_thread(&reading->source, address, &thread)) {
            break;
        }
        if (append_owned(reading->owned_threads,
                         build_thread(reading, interpreter, address, &thread)) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
read_gil(struct reading *reading, uintptr_t address)
{
    struct other_gil gil;
    if (!other_process_copy_gil(&reading->source, address, &gil)) {
        return 0;
    }
    PyObject *owned_row = Py_BuildValue(
        "{s:K,s:N,s:K,s:K,s:N}", "gil", (unsigned long long)address, "is_enabled",
        PyBool_FromLong(gil.is_enabled), "holder", (unsigned long long)gil.sample.holder,
        "switches", (unsigned long long)gil.sample.switches, "waiters",
        reading->knows_waiters ? PyLong_FromUnsignedLong(gil.waiters) : Py_NewRef(Py_None));
    return append_owned(reading->owned_gils, owned_row);
}

static int
read_interpreters(struct reading *reading, uintptr_t address)
{
    struct other_interpreter interpreter;
    for (int i = 0; address != 0 && i < MAX_INTERPRETERS; i++) {
        if (!other_process_copy_interpreter(&reading->source, address, &interpreter)) {
            break;
        }
        if (read_gil(reading, interpreter.gil) < 0 || read_threads(reading, &interpreter) < 0) {
            return -1;
        }
        address = interpreter.next;
    }
    return 0;
}

static int
read_all(struct reading *reading)
{
    uintptr_t address;
    errno = EFAULT;
    if (!other_process_find(&reading->source, &address)) {
        PyErr_SetFromErrno(PyExc_OSError);
        return -1;
    }
    reading->owned_gils = PyList_New(0);
    reading->owned_threads = PyList_New(0);
    if (reading->owned_gils == NULL || reading->owned_threads == NULL) {
        return -1;
    }
    if (frame_state_is_known() &&
        (reading->frames = frame_reader_new_for(&reading->source)) == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return read_interpreters(reading, address);
}

/* -- the module's part ------------------------------------------------------------------------ */

PyDoc_STRVAR(
    read_process_doc,
    "read_process($module, process, shift, /)\n--\n\n"
    "Read the GILs and the threads of a process that runs the same program file as this one,\n"
    "which lies `shift` bytes further up there: two lists of dicts. It isn't stopped: what is\n"
    "read may be of several moments.\n\n"
    "Raises\n------\n"
    "OSError\n    If its memory can't be read.\n"
    "UnsupportedInterpreter\n    If the layout of this interpreter's GIL is unknown.");

static PyObject *
read_process(PyObject *module, PyObject *args)
{
    struct gil own;
    long long process, shift;
    if (!PyArg_ParseTuple(args, "LL:read_process", &process, &shift)) {
        return NULL;
    }
    if (gil_state_find(&own) == GIL_LAYOUT_UNKNOWN) {
        return raise_unsupported_interpreter(module, "GIL layout");
    }
    struct reading reading = {
        .source = {.process = process, .shift = (intptr_t)shift},
        .knows_waiters = counts_waiters(native_state_of(module)),
    };
    PyObject *owned_result = NULL;
    if (read_all(&reading) == 0) {
        owned_result = PyTuple_Pack(2, reading.owned_gils, reading.owned_threads);
    }
    frame_reader_free(reading.frames);
    Py_XDECREF(reading.owned_gils);
    Py_XDECREF(reading.owned_threads);
    return owned_result;
}

PyDoc_STRVAR(
    where_blocked_doc,
    "where_blocked($module, process, thread, gil, /)\n--\n\n"
    "Say where a thread of a process is blocked, by its number here: \"gil\", in a wait for the\n"
    "GIL at that address; \"elsewhere\"; or it isn't: \"runs\". None if that is unknown.");

static PyObject *
where_blocked(PyObject *module, PyObject *args)
{
    long long process;
    unsigned long long thread, gil;
    uintptr_t address;
    if (!PyArg_ParseTuple(args, "LKK:where_blocked", &process, &thread, &gil)) {
        return NULL;
    }
    const struct gil waited_for = {.state = (const void *)(uintptr_t)gil};
    switch (thread_futex_of(process, thread, &address)) {
    case THREAD_RUNS:
        return PyUnicode_FromString("runs");
    case THREAD_BLOCK_OTHER:
        return PyUnicode_FromString("elsewhere");
    case THREAD_BLOCK_ON_FUTEX:
        if (!counts_waiters(native_state_of(module))) {
            break;
        }
        return PyUnicode_FromString(gil_state_is_waited_at(&waited_for, address) ? "gil"
                                                                                 : "elsewhere");
    case THREAD_BLOCK_UNKNOWN:
        break;
    }
    Py_RETURN_NONE;
}

PyMethodDef process_functions[] = {
    {"read_process", read_process, METH_VARARGS, read_process_doc},
    {"where_blocked", where_blocked, METH_VARARGS, where_blocked_doc},
    {NULL, NULL, 0, NULL},
};
