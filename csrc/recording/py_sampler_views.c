/* What a gilext._native.Sampler saw, as Python objects. */

#include "recording/py_sampler.h"

/* The sampling thread never waits for the GIL, so waiting for its mutex while holding the GIL is
   no deadlock; it has it for a few microseconds at a time. */
PyObject *
sampler_totals(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = sampler_of(self);
    os_mutex_lock(&sampler->mutex);
    struct recorder seen = sampler->recorder;
    uint64_t throttled_ns = sampler->throttled_total_ns;
    if (sampler->pause_ns != sampler->sampling.interval_ns) {
        throttled_ns += seen.last_ns - sampler->throttled_since_ns;
    }
    os_mutex_unlock(&sampler->mutex);
    return Py_BuildValue(
        "{s:K,s:K,s:K,s:K,s:K,s:K,s:K,s:K,s:d,s:d,s:K,s:K,s:K,s:K}", "start_ns", seen.start_ns,
        "end_ns", seen.last_ns, "samples", seen.samples, "held_ns",
        seen.held_ns + recorder_open_ns(&seen), "observed_ns", seen.observed_ns,
        "observed_held_ns", seen.observed_held_ns, "observed_pairs", seen.observed_pairs,
        "changes", seen.changes, "changes_ns2", seen.changes_ns2, "unseen_ns2", seen.unseen_ns2,
        "longest_gap_ns", seen.longest_gap_ns, "throttled_ns", throttled_ns, "holds_full_ns",
        seen.holds.full_ns, "stalls_full_ns", seen.stalls.full_ns);
}

PyObject *
sampler_pop_longest_hold(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = sampler_of(self);
    os_mutex_lock(&sampler->mutex);
    uint64_t longest_ns = recorder_pop_longest_hold(&sampler->recorder);
    os_mutex_unlock(&sampler->mutex);
    return PyLong_FromUnsignedLongLong(longest_ns);
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

PyObject *
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
list_of_holds(const struct hold *holds, size_t count)
{
    PyObject *owned_list = PyList_New(0);
    for (size_t i = 0; owned_list != NULL && i < count; i++) {
        if (append(owned_list, Py_BuildValue("KKi", holds[i].start_ns, holds[i].end_ns,
                                             (int)holds[i].holder)) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

PyObject *
sampler_longest(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = sampler_of(self);
    os_mutex_lock(&sampler->mutex);
    size_t count = sampler->recorder.longest_count;
    struct hold longest[RECORDER_LONGEST];
    memcpy(longest, sampler->recorder.longest, sizeof longest);
    os_mutex_unlock(&sampler->mutex);
    return list_of_holds(longest, count);
}

PyObject *
sampler_stalls(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = stopped_sampler_of(self);
    if (sampler == NULL) {
        return NULL;
    }
    return list_of_holds(sampler->recorder.stalls.items, sampler->recorder.stalls.count);
}

PyObject *
sampler_histogram(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = sampler_of(self);
    uint64_t counts[RECORDER_BUCKETS];
    os_mutex_lock(&sampler->mutex);
    memcpy(counts, sampler->recorder.histogram, sizeof counts);
    os_mutex_unlock(&sampler->mutex);
    PyObject *owned_list = PyList_New(0);
    for (size_t i = 0; owned_list != NULL && i < RECORDER_BUCKETS; i++) {
        if (append(owned_list, PyLong_FromUnsignedLongLong(counts[i])) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

static PyObject *
tuple_of_numbers(const uint32_t *numbers, size_t count)
{
    PyObject *owned_tuple = PyTuple_New((Py_ssize_t)count);
    for (size_t i = 0; owned_tuple != NULL && i < count; i++) {
        PyObject *owned_number = PyLong_FromUnsignedLong(numbers[i]);
        if (owned_number == NULL) {
            Py_CLEAR(owned_tuple);
            break;
        }
        PyTuple_SET_ITEM(owned_tuple, (Py_ssize_t)i, owned_number);
    }
    return owned_tuple;
}

PyObject *
sampler_stacks(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = stopped_sampler_of(self);
    PyObject *owned_list = sampler == NULL ? NULL : PyList_New(0);
    for (size_t i = 0; owned_list != NULL && i < sampler->stacks.stack_count; i++) {
        const struct logged_stack *stack = &sampler->stacks.stacks[i];
        const uint32_t *numbers = &sampler->stacks.frame_numbers[stack->first];
        if (append(owned_list, Py_BuildValue("KKN", stack->hold_start_ns, stack->taken_ns,
                                             tuple_of_numbers(numbers, stack->depth))) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

static PyObject *
decode_text(const char *text)
{
    return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
}

PyObject *
sampler_frames(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = stopped_sampler_of(self);
    PyObject *owned_list = sampler == NULL ? NULL : PyList_New(0);
    for (size_t i = 0; owned_list != NULL && i < sampler->stacks.frame_count; i++) {
        const struct logged_frame *frame = &sampler->stacks.frames[i];
        if (append(owned_list, Py_BuildValue("NiN", decode_text(frame->file), frame->line,
                                             decode_text(frame->function))) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

/* The holds as they lie in memory: there may be millions. A sampler that has stopped is never
   started again, so they don't move. */
int
sampler_get_buffer(PyObject *self, Py_buffer *view, int flags)
{
    struct sampler *sampler = sampler_of(self);
    if (sampler->is_running) {
        PyErr_SetString(PyExc_BufferError, "the sampler is running");
        view->obj = NULL;
        return -1;
    }
    const struct hold_list *holds = &sampler->recorder.holds;
    static char nothing[1];
    return PyBuffer_FillInfo(view, self, holds->count > 0 ? (void *)holds->items : nothing,
                             (Py_ssize_t)(holds->count * sizeof *holds->items), 1, flags);
}
