/* gilext._native.Ticker: a thread of gilext's own that calls Python now and then, and writes what
   comes of it. It is a requester, so that what it waits is no wait of the program's. It writes
   without the GIL: whoever writes with it has to ask for it again. */

#include "arguments.h"
#include "cpython/gil_state.h"
#include "cpython/requester.h"
#include "native.h"
#include "os/descriptor.h"
#include "os/looker.h"
#include "os/os_process.h"

enum state { IS_NEW, IS_RUNNING, IS_STOPPED };

/* A pipe with room has that much at least, and more may have to wait for a reader. */
enum { MAX_WRITE = 512, NS_BETWEEN_TRIES = 20000000 };

struct ticker_object {
    PyObject_HEAD
    /* Taken to start and to stop, never while holding the GIL, which the thread may wait for. */
    os_mutex lifecycle;
    enum state state; /* under `lifecycle` */
    PyObject *owned_function;
    uint64_t interval_ns;
    int64_t process; /* a fork of it has no such thread */
    struct looker looker;
    struct requester requester;
};

static struct ticker_object *
ticker_of(PyObject *self)
{
    return (struct ticker_object *)self;
}

/* -- the thread ------------------------------------------------------------------------------- */

struct message {
    int descriptor;
    size_t size;
    char *bytes; /* raw memory, or NULL */
};

static int
copy_message(struct message *message, PyObject *borrowed_result)
{
    const char *borrowed_bytes;
    Py_ssize_t size;
    if (borrowed_result == Py_None) {
        return 0;
    }
    if (!PyTuple_Check(borrowed_result)) {
        PyErr_SetString(PyExc_TypeError, "a ticker's function returns a tuple or None");
        return -1;
    }
    if (!PyArg_ParseTuple(borrowed_result, "iy#;a ticker's function returns (int, bytes)",
                          &message->descriptor, &borrowed_bytes, &size)) {
        return -1;
    }
    message->bytes = PyMem_RawMalloc((size_t)size);
    if (message->bytes == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    message->size = (size_t)size;
    memcpy(message->bytes, borrowed_bytes, message->size);
    return 0;
}

/* With the GIL. */
static void
call(struct ticker_object *ticker, struct message *message)
{
    PyObject *owned_result = PyObject_CallNoArgs(ticker->owned_function);
    if (owned_result == NULL || copy_message(message, owned_result) < 0) {
        PyErr_WriteUnraisable(ticker->owned_function);
    }
    Py_XDECREF(owned_result);
}

/* Without the GIL. What finds no room is written as soon as there is some. */
static void
write_out(struct looker *looker, const struct message *message)
{
    for (size_t at = 0; at < message->size;) {
        size_t rest = message->size - at;
        size_t written = descriptor_write_now(message->descriptor, message->bytes + at,
                                              rest < MAX_WRITE ? rest : MAX_WRITE);
        at += written;
        if (written == 0 && !looker_sleep(looker, NS_BETWEEN_TRIES)) {
            return;
        }
    }
}

static void
tick_until_stopped(struct looker *looker, void *opaque_ticker)
{
    struct ticker_object *ticker = opaque_ticker;
    if (!requester_open(&ticker->requester)) {
        return;
    }
    while (looker_sleep(looker, ticker->interval_ns) && !runtime_is_finalizing()) {
        struct message message = {0};
        requester_take(&ticker->requester);
        call(ticker, &message);
        requester_give(&ticker->requester);
        write_out(looker, &message);
        PyMem_RawFree(message.bytes);
    }
    requester_close(&ticker->requester);
}

/* -- its methods ------------------------------------------------------------------------------ */

static PyObject *
ticker_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"function", "interval", NULL};
    static const struct signature signature = {"Ticker", 2, 2, {"function", "interval"}};
    PyObject *borrowed_function, *borrowed_interval;
    uint64_t interval_ns;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:Ticker", names, &borrowed_function,
                                     &borrowed_interval) ||
        to_nanoseconds(&signature, 1, borrowed_interval, &interval_ns) < 0) {
        return NULL;
    }
    struct native_state *state = PyType_GetModuleState(type);
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL) {
        struct ticker_object *ticker = ticker_of(self);
        os_mutex_init(&ticker->lifecycle);
        ticker->owned_function = Py_NewRef(borrowed_function);
        ticker->interval_ns = interval_ns;
        ticker->process = this_process();
        ticker->requester.interpreter = PyInterpreterState_Get();
        ticker->requester.own = own_requests_of(state);
    }
    return self;
}

/* Without the GIL. */
static bool
start_if_new(struct ticker_object *ticker)
{
    os_mutex_lock(&ticker->lifecycle);
    bool is_started = ticker->state == IS_NEW &&
                      looker_start(&ticker->looker, "gilext live", tick_until_stopped, ticker);
    if (is_started) {
        ticker->state = IS_RUNNING;
    }
    os_mutex_unlock(&ticker->lifecycle);
    return is_started;
}

static PyObject *
ticker_start(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct ticker_object *ticker = ticker_of(self);
    bool is_started = false;
    if (ticker->process == this_process()) {
        Py_BEGIN_ALLOW_THREADS
        is_started = start_if_new(ticker);
        Py_END_ALLOW_THREADS
    }
    if (!is_started) {
        PyErr_SetString(PyExc_RuntimeError,
                        "can't start new thread, or the ticker was started already");
        return NULL;
    }
    Py_RETURN_NONE;
}

/* Without the GIL. */
static void
join_if_running(struct ticker_object *ticker)
{
    os_mutex_lock(&ticker->lifecycle);
    if (ticker->state == IS_RUNNING) {
        looker_join(&ticker->looker);
        ticker->state = IS_STOPPED;
    }
    os_mutex_unlock(&ticker->lifecycle);
}

/* A thread that wants the GIL when the runtime ends never comes back. */
static void
stop_and_wait(struct ticker_object *ticker)
{
    if (ticker->process == this_process() && !runtime_is_finalizing()) {
        Py_BEGIN_ALLOW_THREADS
        join_if_running(ticker);
        Py_END_ALLOW_THREADS
    }
}

static PyObject *
ticker_stop(PyObject *self, PyObject *Py_UNUSED(none))
{
    stop_and_wait(ticker_of(self));
    Py_RETURN_NONE;
}

/* -- the type --------------------------------------------------------------------------------- */

static int
ticker_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(ticker_of(self)->owned_function);
    return traverse_type(self, visit, arg);
}

static int
ticker_clear(PyObject *self)
{
    Py_CLEAR(ticker_of(self)->owned_function);
    return 0;
}

static void
ticker_finalize(PyObject *self)
{
    stop_and_wait(ticker_of(self));
}

/* One whose thread couldn't be waited for leaves its memory to it. */
static void
ticker_dealloc(PyObject *self)
{
    struct ticker_object *ticker = ticker_of(self);
    if (PyObject_CallFinalizerFromDealloc(self) < 0) {
        return; /* somebody has taken hold of it */
    }
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (ticker->state == IS_RUNNING && ticker->process == this_process()) {
        return;
    }
    ticker_clear(self);
    os_mutex_destroy(&ticker->lifecycle);
    type->tp_free(self);
    Py_DECREF(type);
}

PyDoc_STRVAR(ticker_doc,
             "Ticker(function, interval)\n--\n\n"
             "A native thread that calls a function without arguments every so many seconds. What\n"
             "it holds, waits for and has attached is gilext's own.\n\n"
             "The function returns None, or a descriptor and the bytes that are then written\n"
             "there, without the GIL. What it raises goes to sys.unraisablehook().");
PyDoc_STRVAR(start_doc, "start($self)\n--\n\n"
                        "Start the thread, once.\n\n"
                        "Raises\n------\n"
                        "RuntimeError\n    If that isn't possible.");
PyDoc_STRVAR(stop_doc, "stop($self)\n--\n\nWait until the thread has ended.");

static PyMethodDef ticker_methods[] = {
    {"start", ticker_start, METH_NOARGS, start_doc},
    {"stop", ticker_stop, METH_NOARGS, stop_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot ticker_slots[] = {
    {Py_tp_doc, SLOT(ticker_doc)},           {Py_tp_new, SLOT(ticker_new)},
    {Py_tp_dealloc, SLOT(ticker_dealloc)},   {Py_tp_finalize, SLOT(ticker_finalize)},
    {Py_tp_traverse, SLOT(ticker_traverse)}, {Py_tp_clear, SLOT(ticker_clear)},
    {Py_tp_methods, ticker_methods},         {0, NULL},
};

PyType_Spec ticker_spec = {
    .name = "gilext._native.Ticker",
    .basicsize = sizeof(struct ticker_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = ticker_slots,
};
