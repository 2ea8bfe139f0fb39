/* gilext._native.StandIn: threads of which one requests the GIL when somebody holds it for long and
   nobody else waits. What came of it is judged in gilext/integrations/pytest_stand_in.py. */

#include "arguments.h"
#include "checking/py_stand_in_threads.h"
#include "native.h"
#include "os/os_process.h"

enum state { IS_NEW, IS_RUNNING, IS_STOPPED };

struct stand_in_object {
    PyObject_HEAD
    /* Taken to start and to stop, never while holding the GIL, which a thread may wait for. */
    os_mutex lifecycle;
    atomic_int state; /* an enum state, written under `lifecycle` */
    int64_t process;  /* a fork of it has no such threads */
    struct stand_in_threads threads;
};

/* -- life ------------------------------------------------------------------------------------ */

static PyObject *
stand_in_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"patience", NULL};
    static const struct signature signature = {"StandIn", 1, 1, {"patience"}};
    PyObject *borrowed_patience;
    uint64_t patience_ns;
    struct gil gil;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:StandIn", names, &borrowed_patience) ||
        to_nanoseconds(&signature, 0, borrowed_patience, &patience_ns) < 0) {
        return NULL;
    }
    if (gil_state_find(&gil) == GIL_LAYOUT_UNKNOWN) {
        return raise_unsupported_interpreter(PyType_GetModule(type), "GIL layout");
    }
    struct stand_in_object *object = (struct stand_in_object *)type->tp_alloc(type, 0);
    if (object != NULL) {
        os_mutex_init(&object->lifecycle);
        object->process = this_process();
        struct native_state *state = PyType_GetModuleState(type);
        stand_in_threads_init(&object->threads, &gil, patience_ns, own_requests_of(state));
    }
    return (PyObject *)object;
}

static bool
is_in_state(struct stand_in_object *object, enum state state)
{
    return atomic_load_explicit(&object->state, memory_order_acquire) == (int)state;
}

static void
set_state(struct stand_in_object *object, enum state state)
{
    atomic_store_explicit(&object->state, (int)state, memory_order_release);
}

/* Without the GIL. */
static void
join_if_running(struct stand_in_object *object)
{
    os_mutex_lock(&object->lifecycle);
    if (is_in_state(object, IS_RUNNING)) {
        stand_in_threads_join(&object->threads);
        set_state(object, IS_STOPPED);
    }
    os_mutex_unlock(&object->lifecycle);
}

/* A thread that wants the GIL when the runtime ends never comes back. */
static void
stop_and_wait(struct stand_in_object *object)
{
    if (object->process == this_process() && !runtime_is_finalizing()) {
        Py_BEGIN_ALLOW_THREADS
        join_if_running(object);
        Py_END_ALLOW_THREADS
    }
}

/* Without the GIL. */
static bool
start_if_new(struct stand_in_object *object)
{
    os_mutex_lock(&object->lifecycle);
    bool is_started = is_in_state(object, IS_NEW) && stand_in_threads_start(&object->threads);
    if (is_started) {
        set_state(object, IS_RUNNING);
    }
    os_mutex_unlock(&object->lifecycle);
    return is_started;
}

static PyObject *
stand_in_method_start(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct stand_in_object *object = (struct stand_in_object *)self;
    bool is_started;
    if (object->process != this_process() || !is_in_state(object, IS_NEW)) {
        PyErr_SetString(PyExc_RuntimeError, "the stand-in was started already");
        return NULL;
    }
    if (!gil_state_can_see_requests() || !counts_waiters(PyType_GetModuleState(Py_TYPE(self)))) {
        Py_RETURN_FALSE;
    }
    Py_BEGIN_ALLOW_THREADS
    is_started = start_if_new(object);
    Py_END_ALLOW_THREADS
    if (!is_started) {
        PyErr_SetString(PyExc_RuntimeError, "can't start new thread");
        return NULL;
    }
    Py_RETURN_TRUE;
}

static PyObject *
stand_in_method_stop(PyObject *self, PyObject *Py_UNUSED(none))
{
    stop_and_wait((struct stand_in_object *)self);
    Py_RETURN_NONE;
}

static void
stand_in_finalize(PyObject *self)
{
    stop_and_wait((struct stand_in_object *)self);
}

/* One whose thread couldn't be waited for leaves its memory to it. */
static void
stand_in_dealloc(PyObject *self)
{
    struct stand_in_object *object = (struct stand_in_object *)self;
    if (PyObject_CallFinalizerFromDealloc(self) < 0) {
        return; /* somebody has taken hold of it */
    }
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (is_in_state(object, IS_RUNNING)) {
        return;
    }
    os_mutex_destroy(&object->lifecycle);
    stand_in_threads_free(&object->threads);
    type->tp_free(self);
    Py_DECREF(type);
}

/* -- what it saw ------------------------------------------------------------------------------ */

static struct stand_in *
stand_in_at_rest(PyObject *self)
{
    struct stand_in_object *object = (struct stand_in_object *)self;
    if (is_in_state(object, IS_RUNNING)) {
        PyErr_SetString(PyExc_RuntimeError, "the stand-in is running");
        return NULL;
    }
    return &object->threads.stand_in;
}

static PyObject *
stand_in_requests(PyObject *self, PyObject *Py_UNUSED(none))
{
    const struct stand_in *stand_in = stand_in_at_rest(self);
    PyObject *owned_list = stand_in == NULL ? NULL : PyList_New(0);
    for (size_t i = 0; owned_list != NULL && i < stand_in->request_count; i++) {
        const struct stand_in_request *request = &stand_in->requests[i];
        if (append_owned(owned_list, Py_BuildValue("KKKK", request->since_ns, request->requested_ns,
                                                   request->refused_ns, request->granted_ns)) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

static PyObject *
stand_in_delays(PyObject *self, PyObject *Py_UNUSED(none))
{
    const struct stand_in *stand_in = stand_in_at_rest(self);
    PyObject *owned_list = stand_in == NULL ? NULL : PyList_New(0);
    for (size_t i = 0; owned_list != NULL && i < stand_in->delays.item_count; i++) {
        const struct core_delay *delay = &stand_in->delays.items[i];
        if (append_owned(owned_list, Py_BuildValue("KKK", delay->start_ns, delay->end_ns,
                                                   delay->delay_ns)) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

static PyObject *
stand_in_get_native_id(PyObject *self, void *Py_UNUSED(closure))
{
    struct stand_in_object *object = (struct stand_in_object *)self;
    return PyLong_FromUnsignedLongLong(
        atomic_load_explicit(&object->threads.native_id, memory_order_relaxed));
}

/* -- the type --------------------------------------------------------------------------------- */

PyDoc_STRVAR(
    stand_in_doc,
    "StandIn(patience)\n--\n\n"
    "Native threads, of which one requests the GIL when its holder has stood at one place of its\n"
    "code for that many seconds and nobody waits, and gives it back at once.\n\n"
    "Raises\n------\n"
    "UnsupportedInterpreter\n    If the layout of this interpreter's GIL is unknown.");
PyDoc_STRVAR(start_doc,
             "start($self)\n--\n\n"
             "Start the threads, once. False if it can't be known here whether anybody waits.");
PyDoc_STRVAR(stop_doc, "stop($self)\n--\n\nWait until the threads have ended.");
PyDoc_STRVAR(
    requests_doc,
    "requests($self)\n--\n\n"
    "Its requests, the longest if they are many, as nanoseconds of the monotonic clock:\n"
    "since when the holder stood still, when the GIL was requested, since when the holder\n"
    "knew (0 if it granted it at once), and when it was granted.");
PyDoc_STRVAR(delays_doc,
             "delays($self)\n--\n\n"
             "When the holder had no core: start and end of a span of the monotonic clock, and\n"
             "for how many nanoseconds of it.");

static PyMethodDef stand_in_methods[] = {
    {"start", stand_in_method_start, METH_NOARGS, start_doc},
    {"stop", stand_in_method_stop, METH_NOARGS, stop_doc},
    {"requests", stand_in_requests, METH_NOARGS, requests_doc},
    {"delays", stand_in_delays, METH_NOARGS, delays_doc},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef stand_in_getset[] = {
    {"native_id", stand_in_get_native_id, NULL,
     "The native id of the thread that requests the GIL; 0 before it runs.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot stand_in_slots[] = {
    {Py_tp_doc, SLOT(stand_in_doc)},         {Py_tp_new, SLOT(stand_in_new)},
    {Py_tp_dealloc, SLOT(stand_in_dealloc)}, {Py_tp_finalize, SLOT(stand_in_finalize)},
    {Py_tp_traverse, SLOT(traverse_type)},   {Py_tp_methods, stand_in_methods},
    {Py_tp_getset, stand_in_getset},         {0, NULL},
};

PyType_Spec stand_in_spec = {
    .name = "gilext._native.StandIn",
    .basicsize = sizeof(struct stand_in_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = stand_in_slots,
};
