/* gilext._native.Sampler: the sampling thread as an object. What the samples mean is worked out
   in gilext/recording.py. */

#define _GNU_SOURCE 1

#include "arguments.h"
#include "gil_state.h"
#include "native.h"
#include "sampler.h"
#include "signals.h"

struct sampler_object {
    PyObject_HEAD
    struct sampler sampler;
};

static struct sampler *
sampler_of(PyObject *self)
{
    struct sampler *sampler = &((struct sampler_object *)self)->sampler;
    sampler_notice_fork(sampler);
    return sampler;
}

/* -- life ------------------------------------------------------------------------------------ */

static PyObject *
sampler_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"interval", "most_holds", NULL};
    static const struct signature signature = {"Sampler", 2, 2, {"interval", "most_holds"}};
    PyObject *borrowed_interval, *borrowed_most;
    uint64_t interval_ns, most_holds;
    const void *gil;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO:Sampler", names, &borrowed_interval,
                                     &borrowed_most) ||
        to_nanoseconds(&signature, 0, borrowed_interval, &interval_ns) < 0 ||
        to_uint64(&signature, 1, borrowed_most, 0, UINT32_MAX, &most_holds) < 0) {
        return NULL;
    }
    if (gil_state_find(&gil) == GIL_LAYOUT_UNKNOWN) {
        PyErr_Format(PyExc_NotImplementedError, "the GIL of CPython %s is unknown", PY_VERSION);
        return NULL;
    }
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL) {
        sampler_init(&((struct sampler_object *)self)->sampler, gil, interval_ns,
                     (size_t)most_holds);
    }
    return self;
}

static void
sampler_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    struct sampler *sampler = sampler_of(self);
    sampler_stop(sampler);
    sampler_destroy(sampler);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
sampler_ask_stacks(PyObject *self, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    static const struct signature signature = {
        "Sampler.ask_stacks", 3, 3, {"stall", "signal_number", "stack_file"}};
    struct sampler *sampler = sampler_of(self);
    PyObject *values[MOST_ARGUMENTS];
    uint64_t stall_ns, number, file;
    if (bind_arguments(&signature, args, nargs, kwnames, values) < 0 ||
        to_nanoseconds(&signature, 0, values[0], &stall_ns) < 0 ||
        to_uint64(&signature, 1, values[1], 1, INT32_MAX, &number) < 0 ||
        to_uint64(&signature, 2, values[2], 0, INT32_MAX, &file) < 0) {
        return NULL;
    }
    if (sampler->is_running) {
        PyErr_SetString(PyExc_RuntimeError, "the sampler is running");
        return NULL;
    }
    sampler->stall_ns = stall_ns;
    sampler->signal_number = (int)number;
    sampler->stack_file = (int)file;
    Py_RETURN_NONE;
}

static PyObject *
sampler_method_start(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = sampler_of(self);
    if (sampler->is_running) {
        PyErr_SetString(PyExc_RuntimeError, "the sampler is running");
        return NULL;
    }
    if (!sampler_start(sampler)) {
        PyErr_SetString(PyExc_RuntimeError, "can't start the sampling thread");
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
sampler_method_stop(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = sampler_of(self);
    Py_BEGIN_ALLOW_THREADS
    sampler_stop(sampler);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

/* -- what it saw ------------------------------------------------------------------------------ */

/* The sampling thread never waits for the GIL, so waiting for its mutex while holding the GIL is
   no deadlock; it has it for less than a microsecond at a time. */
static PyObject *
sampler_totals(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = sampler_of(self);
    os_mutex_lock(&sampler->mutex);
    struct recorder recorder = sampler->recorder;
    os_mutex_unlock(&sampler->mutex);
    uint64_t held_ns = recorder.held_ns;
    if (recorder.last_holder != RECORDER_NOBODY) {
        held_ns += recorder.last_ns - recorder.open.start_ns;
    }
    return Py_BuildValue(
        "{s:K,s:K,s:K,s:K,s:K,s:K,s:K,s:K,s:d,s:d,s:K,s:K}", "start_ns", recorder.start_ns, "end_ns",
        recorder.last_ns, "samples", recorder.samples, "held_ns", held_ns, "observed_ns",
        recorder.observed_ns, "observed_held_ns", recorder.observed_held_ns, "observed_pairs",
        recorder.observed_pairs, "changes", recorder.changes, "changes_ns2", recorder.changes_ns2,
        "unseen_ns2", recorder.unseen_ns2, "longest_gap_ns", recorder.longest_gap_ns, "detail_ends_ns", recorder.detail_ends_ns);
}

/* Append what `owned_item` holds, taking it over. */
static int
append(PyObject *list, PyObject *owned_item)
{
    if (owned_item == NULL) {
        return -1;
    }
    int outcome = PyList_Append(list, owned_item);
    Py_DECREF(owned_item);
    return outcome;
}

static PyObject *
hold_tuple(const struct hold *hold)
{
    return Py_BuildValue("KKi", hold->start_ns, hold->end_ns, (int)hold->holder);
}

/* What the functions below read moves while the sampler runs; they want it stopped. */
static struct sampler *
stopped_sampler_of(PyObject *self)
{
    struct sampler *sampler = sampler_of(self);
    if (sampler->is_running) {
        PyErr_SetString(PyExc_RuntimeError, "the sampler is running");
        return NULL;
    }
    return sampler;
}

static PyObject *
sampler_threads(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = sampler_of(self);
    PyObject *owned_list = PyList_New(0);
    os_mutex_lock(&sampler->mutex);
    size_t count = sampler->recorder.holder_count;
    os_mutex_unlock(&sampler->mutex);
    for (size_t i = 0; owned_list != NULL && i < count; i++) {
        os_mutex_lock(&sampler->mutex);
        struct sighted_thread seen = sampler->threads[i];
        struct holder_total total = sampler->recorder.holders[i];
        os_mutex_unlock(&sampler->mutex);
        if (append(owned_list, Py_BuildValue("KKKKK", seen.thread.ident, seen.thread.native_id,
                                             total.held_ns, total.holds, total.longest_ns)) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

static PyObject *
sampler_longest(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = sampler_of(self);
    os_mutex_lock(&sampler->mutex);
    size_t count = sampler->recorder.longest_count;
    struct hold longest[RECORDER_LONGEST];
    memcpy(longest, sampler->recorder.longest, sizeof longest);
    os_mutex_unlock(&sampler->mutex);
    PyObject *owned_list = PyList_New(0);
    for (size_t i = 0; owned_list != NULL && i < count; i++) {
        if (append(owned_list, hold_tuple(&longest[i])) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

static PyObject *
sampler_holds(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = stopped_sampler_of(self);
    PyObject *owned_list = sampler == NULL ? NULL : PyList_New(0);
    for (size_t i = 0; owned_list != NULL && i < sampler->recorder.hold_count; i++) {
        if (append(owned_list, hold_tuple(&sampler->recorder.holds[i])) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

static PyObject *
sampler_histogram(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = sampler_of(self);
    PyObject *owned_list = PyList_New(0);
    for (size_t i = 0; owned_list != NULL && i < RECORDER_BUCKETS; i++) {
        os_mutex_lock(&sampler->mutex);
        uint64_t count = sampler->recorder.histogram[i];
        os_mutex_unlock(&sampler->mutex);
        if (append(owned_list, PyLong_FromUnsignedLongLong(count)) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

static PyObject *
sampler_stack_requests(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = stopped_sampler_of(self);
    PyObject *owned_list = sampler == NULL ? NULL : PyList_New(0);
    for (size_t i = 0; owned_list != NULL && i < sampler->request_count; i++) {
        const struct stack_request *request = &sampler->requests[i];
        if (append(owned_list, Py_BuildValue("KKK", request->hold_start_ns, request->asked_ns,
                                             request->offset)) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

static PyObject *
sampler_get_is_running(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(sampler_of(self)->is_running);
}

static PyObject *
sampler_get_sees_a_gil(PyObject *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(gil_state_is_enabled(sampler_of(self)->gil));
}

/* -- the signal that asks for stacks ------------------------------------------------------------ */

/* While nobody handles it, the signal is ignored: one that was sent and not yet taken would end
   the process, were its default action in place. */
static PyObject *
reserve_signal(PyObject *Py_UNUSED(module), PyObject *number)
{
    static const struct signature signature = {"reserve_signal", 1, 1, {"number"}};
    uint64_t signal_number;
    if (to_uint64(&signature, 0, number, 1, INT32_MAX, &signal_number) < 0) {
        return NULL;
    }
    return PyBool_FromLong(ignore_unused_signal((int)signal_number));
}

static PyObject *
return_signal(PyObject *Py_UNUSED(module), PyObject *number)
{
    static const struct signature signature = {"return_signal", 1, 1, {"number"}};
    uint64_t signal_number;
    if (to_uint64(&signature, 0, number, 1, INT32_MAX, &signal_number) < 0) {
        return NULL;
    }
    restore_default_action((int)signal_number);
    Py_RETURN_NONE;
}

/* -- the module's part ------------------------------------------------------------------------ */

PyDoc_STRVAR(sampler_doc, "Sampler(interval, most_holds)\n--\n\n"
             "A native thread that looks at the GIL, never takes it, and records the holds.\n\n"
             "Parameters\n----------\n"
             "interval : float\n    Mean seconds between two looks.\n"
             "most_holds : int\n    How many holds to keep one by one, 24 bytes each.\n\n"
             "Raises\n------\n"
             "NotImplementedError\n    Where the layout of this interpreter's GIL is unknown.");
PyDoc_STRVAR(ask_stacks_doc, "ask_stacks($self, /, stall, signal_number, stack_file)\n--\n\n"
             "In holds longer than `stall` seconds, send the holder a signal whose handler\n"
             "writes its stack to a file.");
PyDoc_STRVAR(start_doc, "start($self)\n--\n\nStart the thread.");
PyDoc_STRVAR(stop_doc, "stop($self)\n--\n\nStop the thread, if it runs, and close its last hold.");
PyDoc_STRVAR(totals_doc, "totals($self)\n--\n\nWhat it saw so far, summed up.");
PyDoc_STRVAR(threads_doc, "threads($self)\n--\n\n"
             "The holders: ident, native id, held ns, holds, longest hold in ns.");
PyDoc_STRVAR(longest_doc, "longest($self)\n--\n\nThe longest holds: start, end, holder's index.");
PyDoc_STRVAR(holds_doc, "holds($self)\n--\n\nAll holds that were kept, in order.");
PyDoc_STRVAR(histogram_doc, "histogram($self)\n--\n\n"
             "How many holds lasted 2**i to 2**(i + 1) nanoseconds, for each i.");
PyDoc_STRVAR(stack_requests_doc, "stack_requests($self)\n--\n\n"
             "The signals sent: start of the hold, time, size of the file just before.");

static PyMethodDef sampler_methods[] = {
    {"ask_stacks", METHOD(sampler_ask_stacks), METH_FASTCALL | METH_KEYWORDS, ask_stacks_doc},
    {"start", sampler_method_start, METH_NOARGS, start_doc},
    {"stop", sampler_method_stop, METH_NOARGS, stop_doc},
    {"totals", sampler_totals, METH_NOARGS, totals_doc},
    {"threads", sampler_threads, METH_NOARGS, threads_doc},
    {"longest", sampler_longest, METH_NOARGS, longest_doc},
    {"holds", sampler_holds, METH_NOARGS, holds_doc},
    {"histogram", sampler_histogram, METH_NOARGS, histogram_doc},
    {"stack_requests", sampler_stack_requests, METH_NOARGS, stack_requests_doc},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef sampler_getset[] = {
    {"is_running", sampler_get_is_running, NULL, "Whether the thread runs.", NULL},
    {"sees_a_gil", sampler_get_sees_a_gil, NULL, "Whether there is a GIL in use now.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot sampler_slots[] = {
    {Py_tp_doc, (void *)sampler_doc},
    {Py_tp_new, SLOT(sampler_new)},
    {Py_tp_dealloc, SLOT(sampler_dealloc)},
    {Py_tp_methods, sampler_methods},
    {Py_tp_getset, sampler_getset},
    {0, NULL},
};

static PyType_Spec sampler_spec = {
    .name = "gilext._native.Sampler",
    .basicsize = sizeof(struct sampler_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = sampler_slots,
};

PyDoc_STRVAR(reserve_signal_doc, "reserve_signal($module, number, /)\n--\n\n"
             "Ignore a signal that has its default action; False where it has another.");
PyDoc_STRVAR(return_signal_doc, "return_signal($module, number, /)\n--\n\n"
             "Give a reserved signal its default action back.");

static PyMethodDef signal_functions[] = {
    {"reserve_signal", reserve_signal, METH_O, reserve_signal_doc},
    {"return_signal", return_signal, METH_O, return_signal_doc},
    {NULL, NULL, 0, NULL},
};

int
add_sampler(PyObject *module)
{
    struct native_state *state = native_state_of(module);
    state->sampler_type =
        (PyTypeObject *)PyType_FromModuleAndSpec(module, &sampler_spec, NULL);
    if (state->sampler_type == NULL) {
        return -1;
    }
    if (PyModule_AddType(module, state->sampler_type) < 0) {
        return -1;
    }
    return PyModule_AddFunctions(module, signal_functions);
}
