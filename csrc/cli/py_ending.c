/* gilext._native.Ending: the end of a watched program. It comes from Python, in an exit handler or
   at os._exit(), or from a signal that ends the process.

   A signal's report is written by whichever thread has the GIL first: the main thread, which is
   told by a pending call to stop what it does, or one that is started for it, if the main thread
   waits for something. A third, the keeper, has been there from the start. It never takes the GIL,
   and ends the process as the signal does by default when the report is written, or takes too
   long. */

#include "arguments.h"
#include "cli/ending.h"
#include "cli/ending_signals.h"
#include "cpython/requester.h"
#include "native.h"
#include "os/descriptor.h"
#include "os/looker.h"
#include "os/os_process.h"

#include <stdio.h>

/* The report may take that many times as long as the GIL may. */
enum { WRITING_PATIENCE = 10, MAX_MESSAGE = 160, STDERR = 2 };

struct ending_object {
    PyObject_HEAD
    PyObject *owned_report; /* called without arguments */
    uint64_t patience_ns;
    int64_t process; /* that has begun it, or 0 */
    struct ending ending;
    struct looker keeper, reporter;
    struct requester requester;
};

static struct ending_object *
ending_of(PyObject *self)
{
    return (struct ending_object *)self;
}

/* -- the report, by a signal ----------------------------------------------------------------- */

static void
report(struct ending_object *object)
{
    PyObject *owned_result = PyObject_CallNoArgs(object->owned_report);
    if (owned_result == NULL) {
        PyErr_WriteUnraisable(object->owned_report);
    }
    Py_XDECREF(owned_result);
    ending_set_done(&object->ending);
}

static void
wait_for_the_end(void)
{
    Py_BEGIN_ALLOW_THREADS
    os_sleep_ns(UINT64_MAX);
    Py_END_ALLOW_THREADS
}

/* In the main thread, between two instructions. */
static int
report_in_main_thread(void *opaque_object)
{
    struct ending_object *object = opaque_object;
    uint64_t thread = PyThread_get_thread_ident();
    if (ending_claim(&object->ending, thread)) {
        report(object);
    }
    else if (ending_is_of(&object->ending, thread)) {
        return 0; /* it was about to end anyway, and does so after its report */
    }
    while (true) {
        wait_for_the_end();
    }
}

static void
report_in_own_thread(struct looker *Py_UNUSED(looker), void *opaque_object)
{
    struct ending_object *object = opaque_object;
    if (!requester_open(&object->requester)) {
        return;
    }
    requester_take(&object->requester);
    if (ending_claim(&object->ending, PyThread_get_thread_ident())) {
        report(object);
    }
    requester_give(&object->requester);
}

/* -- the keeper ------------------------------------------------------------------------------ */

static void
say_why_not(const struct ending_object *object, int number, bool is_claimed)
{
    char message[MAX_MESSAGE];
    uint64_t patience_ns = object->patience_ns * (is_claimed ? WRITING_PATIENCE : 1);
    int size =
        snprintf(message, sizeof message, "gilext: no report: %s came, and %s for %.3g seconds\n",
                 ending_signal_name(number),
                 is_claimed ? "it couldn't be written" : "the GIL was not to be had",
                 (double)patience_ns * 1e-9);
    descriptor_write_now(STDERR, message, (size_t)size);
}

static void
wait_for_report(struct ending_object *object, int number)
{
    struct ending *ending = &object->ending;
    uint64_t now_ns = clock_monotonic_ns();
    bool is_claimed = ending_wait_while(ending, ENDING_OPEN, now_ns + object->patience_ns);
    now_ns = clock_monotonic_ns();
    if (!is_claimed || !ending_wait_while(ending, ENDING_CLAIMED,
                                          now_ns + WRITING_PATIENCE * object->patience_ns)) {
        say_why_not(object, number, is_claimed);
    }
}

static void
keep(struct looker *Py_UNUSED(looker), void *opaque_object)
{
    struct ending_object *object = opaque_object;
    int number = ending_signals_wait();
    if (number == 0) {
        return;
    }
    if (!ending_wait_while(&object->ending, ENDING_OPEN, 0)) {
        Py_AddPendingCall(report_in_main_thread, object);
        looker_start(&object->reporter, "gilext report", report_in_own_thread, object);
    }
    ending_signals_let_go();
    wait_for_report(object, number);
    end_by_signal(number);
}

/* -- its methods ----------------------------------------------------------------------------- */

static PyObject *
ending_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"report", "patience", NULL};
    static const struct signature signature = {"Ending", 2, 2, {"report", "patience"}};
    PyObject *borrowed_report, *borrowed_patience;
    uint64_t patience_ns;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:Ending", names, &borrowed_report,
                                     &borrowed_patience) ||
        to_nanoseconds(&signature, 1, borrowed_patience, &patience_ns) < 0) {
        return NULL;
    }
    struct native_state *state = PyType_GetModuleState(type);
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL) {
        struct ending_object *object = ending_of(self);
        object->owned_report = Py_NewRef(borrowed_report);
        object->patience_ns = patience_ns;
        object->requester.interpreter = PyInterpreterState_Get();
        object->requester.own = own_requests_of(state);
        ending_init(&object->ending);
    }
    return self;
}

static bool
is_begun_here(const struct ending_object *object)
{
    return object->process == this_process();
}

static PyObject *
ending_begin(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct ending_object *object = ending_of(self);
    if (object->process != 0 || !ending_signals_begin()) {
        PyErr_SetString(PyExc_RuntimeError, "gilext watches this process to its end already");
        return NULL;
    }
    object->process = this_process();
    if (!looker_start(&object->keeper, "gilext ending", keep, object)) {
        ending_signals_end();
        object->process = 0;
        PyErr_SetString(PyExc_RuntimeError, "can't start new thread");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
ending_renew(PyObject *self, PyObject *Py_UNUSED(none))
{
    if (is_begun_here(ending_of(self))) {
        ending_signals_renew();
    }
    Py_RETURN_NONE;
}

static PyObject *
ending_claim_it(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct ending_object *object = ending_of(self);
    uint64_t thread = PyThread_get_thread_ident();
    if (!is_begun_here(object)) {
        Py_RETURN_FALSE;
    }
    bool is_mine = ending_claim(&object->ending, thread);
    if (!is_mine && !ending_is_of(&object->ending, thread)) {
        Py_BEGIN_ALLOW_THREADS
        ending_wait_while(&object->ending, ENDING_CLAIMED, OS_FOREVER);
        Py_END_ALLOW_THREADS
    }
    return PyBool_FromLong(is_mine);
}

/* If a signal has come, the keeper ends the process while this waits for it. */
static void
finish(struct ending_object *object)
{
    bool has_keeper = is_begun_here(object);
    if (object->process != 0) {
        ending_signals_end();
        object->process = 0;
    }
    if (has_keeper) {
        ending_set_done(&object->ending);
        Py_BEGIN_ALLOW_THREADS
        looker_join(&object->keeper);
        Py_END_ALLOW_THREADS
    }
}

static PyObject *
ending_finish(PyObject *self, PyObject *Py_UNUSED(none))
{
    finish(ending_of(self));
    Py_RETURN_NONE;
}

/* -- the type -------------------------------------------------------------------------------- */

static int
ending_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(ending_of(self)->owned_report);
    return traverse_type(self, visit, arg);
}

static int
ending_clear(PyObject *self)
{
    Py_CLEAR(ending_of(self)->owned_report);
    return 0;
}

static void
ending_finalize(PyObject *self)
{
    finish(ending_of(self));
}

static void
ending_dealloc(PyObject *self)
{
    if (PyObject_CallFinalizerFromDealloc(self) < 0) {
        return; /* somebody has taken hold of it */
    }
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    ending_clear(self);
    ending_destroy(&ending_of(self)->ending);
    type->tp_free(self);
    Py_DECREF(type);
}

PyDoc_STRVAR(ending_doc,
             "Ending(report, patience)\n--\n\n"
             "The end of this process: who claims it first writes the report.\n\n"
             "Parameters\n----------\n"
             "report : callable\n    What writes it, if a signal ends the process.\n"
             "patience : float\n    A signal that couldn't have the GIL for that many seconds\n"
             "    ends the process without a report, and so does a report that takes ten times\n"
             "    as long.");
PyDoc_STRVAR(begin_doc,
             "begin($self)\n--\n\n"
             "Have the report written also when a signal ends the process.\n\n"
             "Raises\n------\n"
             "RuntimeError\n    The second time in a process, or if no thread can be started.");
PyDoc_STRVAR(renew_doc, "renew($self)\n--\n\n"
                        "Note that signals may have been given back their default action.");
PyDoc_STRVAR(claim_doc,
             "claim($self)\n--\n\n"
             "True if the report is the caller's to write, and False if it is written, or being\n"
             "written by the caller. If another thread writes it, that is waited for.");
PyDoc_STRVAR(finish_doc, "finish($self)\n--\n\n"
                         "The report is done. If a signal has come, it ends the process now.");

static PyMethodDef ending_methods[] = {
    {"begin", ending_begin, METH_NOARGS, begin_doc},
    {"renew", ending_renew, METH_NOARGS, renew_doc},
    {"claim", ending_claim_it, METH_NOARGS, claim_doc},
    {"finish", ending_finish, METH_NOARGS, finish_doc},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot ending_slots[] = {
    {Py_tp_doc, SLOT(ending_doc)},           {Py_tp_new, SLOT(ending_new)},
    {Py_tp_dealloc, SLOT(ending_dealloc)},   {Py_tp_finalize, SLOT(ending_finalize)},
    {Py_tp_traverse, SLOT(ending_traverse)}, {Py_tp_clear, SLOT(ending_clear)},
    {Py_tp_methods, ending_methods},         {0, NULL},
};

PyType_Spec ending_spec = {
    .name = "gilext._native.Ending",
    .basicsize = sizeof(struct ending_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = ending_slots,
};
