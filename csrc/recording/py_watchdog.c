/* The watchdog of a gilext._native.Sampler: what gilext.monitor() has written and called back. */

#include "recording/py_sampler.h"

#include "arguments.h"

static int
set_watchdog(struct sampler *sampler, const struct watchdog_settings *settings)
{
    if (sampler_get_state(sampler) != SAMPLER_NEW || sampler->watchdog != NULL) {
        PyErr_SetString(PyExc_RuntimeError, "a watchdog is set once, before the sampler starts");
        return -1;
    }
    sampler->watchdog = watchdog_new(settings, &sampler->sampling.gil);
    if (sampler->watchdog == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    sampler->watchdog->search.own = sampler->sampling.own;
    return 0;
}

PyObject *
sampler_set_watchdog(PyObject *self, PyObject *args)
{
    static const struct signature signature = {
        "set_watchdog", 4, 4, {"threshold", "descriptor", "json", "keep"}};
    struct watchdog_settings settings = {0};
    PyObject *borrowed_threshold;
    int is_json, keeps_stalls;
    if (!PyArg_ParseTuple(args, "Oipp:set_watchdog", &borrowed_threshold, &settings.descriptor,
                          &is_json, &keeps_stalls) ||
        to_nanoseconds(&signature, 0, borrowed_threshold, &settings.threshold_ns) < 0) {
        return NULL;
    }
    settings.is_json = is_json != 0;
    settings.keeps_stalls = keeps_stalls != 0;
    if (set_watchdog(get_sampler(self), &settings) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* -- names ----------------------------------------------------------------------------------- */

/* A cut name ends with a whole character. */
static void
copy_name(char name[LIVE_NAME_BYTES], const char *text)
{
    size_t size = strlen(text);
    if (size >= LIVE_NAME_BYTES) {
        size = LIVE_NAME_BYTES - 1;
        while (size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80) {
            size--;
        }
    }
    memcpy(name, text, size);
    name[size] = '\0';
}

static int
fill_thread(struct live_thread *thread, PyObject *borrowed_row)
{
    PyObject *borrowed_name;
    unsigned long long ident, native_id;
    if (!PyTuple_Check(borrowed_row)) {
        PyErr_SetString(PyExc_TypeError, "name_threads() takes a list of tuples");
        return -1;
    }
    if (!PyArg_ParseTuple(borrowed_row, "KKU:name_threads", &ident, &native_id, &borrowed_name)) {
        return -1;
    }
    PyObject *owned_bytes = PyUnicode_AsEncodedString(borrowed_name, "utf-8", "backslashreplace");
    if (owned_bytes == NULL) {
        return -1;
    }
    thread->ident = ident;
    thread->native_id = native_id;
    copy_name(thread->name, PyBytes_AS_STRING(owned_bytes));
    Py_DECREF(owned_bytes);
    return 0;
}

static int
fill_threads(struct live_thread *threads, PyObject *borrowed_list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (fill_thread(&threads[i], PyList_GET_ITEM(borrowed_list, (Py_ssize_t)i)) < 0) {
            return -1;
        }
    }
    return 0;
}

PyObject *
sampler_name_threads(PyObject *self, PyObject *borrowed_list)
{
    struct watchdog *watchdog = get_sampler(self)->watchdog;
    if (!PyList_Check(borrowed_list)) {
        PyErr_SetString(PyExc_TypeError, "name_threads() takes a list of tuples");
        return NULL;
    }
    struct live_thread *threads = PyMem_Malloc(MAX_KNOWN_THREADS * sizeof *threads);
    if (threads == NULL) {
        return PyErr_NoMemory();
    }
    size_t count = (size_t)PyList_GET_SIZE(borrowed_list);
    count = count < MAX_KNOWN_THREADS ? count : MAX_KNOWN_THREADS;
    int outcome = fill_threads(threads, borrowed_list, count);
    if (outcome == 0 && watchdog != NULL) {
        known_threads_set(&watchdog->known, threads, count);
    }
    PyMem_Free(threads);
    if (outcome < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* -- stalls ---------------------------------------------------------------------------------- */

static PyObject *
build_frame(const struct live_stall *stall, const struct live_frame *frame)
{
    return Py_BuildValue("NiN", decode_text(stall->text + frame->file), frame->line,
                         decode_text(stall->text + frame->function));
}

static PyObject *
build_frames(const struct live_stall *stall)
{
    PyObject *owned_list = PyList_New(0);
    for (size_t i = 0; owned_list != NULL && i < stall->frame_count; i++) {
        if (append_owned(owned_list, build_frame(stall, &stall->frames[i])) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

static PyObject *
build_waiter(const struct live_stall *stall, const struct live_waiter *waiter)
{
    const struct live_thread *thread = &waiter->thread;
    return Py_BuildValue("KKNN", thread->ident, thread->native_id, decode_text(thread->name),
                         waiter->has_frame ? build_frame(stall, &waiter->frame)
                                           : Py_NewRef(Py_None));
}

static PyObject *
build_waiters(const struct live_stall *stall)
{
    PyObject *owned_list = PyList_New(0);
    for (size_t i = 0; owned_list != NULL && i < stall->named_count; i++) {
        if (append_owned(owned_list, build_waiter(stall, &stall->named[i])) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

static PyObject *
build_text(const struct live_stall *stall, bool is_known, size_t at)
{
    return is_known ? decode_text(stall->text + at) : Py_NewRef(Py_None);
}

static PyObject *
build_stall(const struct live_stall *stall, uint64_t missed)
{
    const struct live_thread *holder = &stall->holder;
    return Py_BuildValue(
        "{s:K,s:K,s:K,s:(KKN),s:N,s:N,s:N,s:N,s:K,s:N,s:N,s:K}", "wall_ns", stall->wall_ns,
        "waited_ns", live_stall_wait_ns(stall), "held_ns", stall->seen_ns - stall->held_since_ns,
        "holder", holder->ident, holder->native_id, decode_text(holder->name), "callable",
        build_text(stall, stall->has_callable, stall->callable), "task",
        build_text(stall, stall->has_task, stall->task), "is_collection",
        PyBool_FromLong(stall->is_collection), "frames", build_frames(stall), "frames_omitted",
        (uint64_t)stall->frames_omitted, "waiters",
        stall->knows_waiters ? PyLong_FromUnsignedLong(stall->waiters) : Py_NewRef(Py_None),
        "waiting", build_waiters(stall), "missed", missed);
}

PyObject *
sampler_next_stall(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct watchdog *watchdog = get_sampler(self)->watchdog;
    struct live_stall *stall = PyMem_Malloc(sizeof *stall);
    uint64_t missed = 0;
    bool is_there = false;
    if (stall == NULL) {
        return PyErr_NoMemory();
    }
    if (watchdog != NULL) {
        watchdog_note_gil(watchdog, gil_state_current_thread());
        Py_BEGIN_ALLOW_THREADS
        is_there = watchdog_wait(watchdog, stall, &missed);
        Py_END_ALLOW_THREADS
        watchdog_note_gil(watchdog, gil_state_current_thread());
    }
    PyObject *owned_stall = is_there ? build_stall(stall, missed) : Py_NewRef(Py_None);
    PyMem_Free(stall);
    return owned_stall;
}

/* -- what Python calls back ------------------------------------------------------------------ */

PyDoc_STRVAR(call_unraisable_doc, "call_unraisable($module, function, argument, /)\n--\n\n"
                                  "Call a function; what it raises goes to sys.unraisablehook().");

static PyObject *
call_unraisable(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *borrowed_function, *borrowed_argument;
    if (!PyArg_ParseTuple(args, "OO:call_unraisable", &borrowed_function, &borrowed_argument)) {
        return NULL;
    }
    PyObject *owned_result = PyObject_CallOneArg(borrowed_function, borrowed_argument);
    if (owned_result == NULL) {
        PyErr_WriteUnraisable(borrowed_function);
    }
    Py_XDECREF(owned_result);
    Py_RETURN_NONE;
}

PyMethodDef watchdog_functions[] = {
    {"call_unraisable", call_unraisable, METH_VARARGS, call_unraisable_doc},
    {NULL, NULL, 0, NULL},
};
