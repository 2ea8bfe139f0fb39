/* What a gilext._native.Sampler saw, as Python objects. */

#include "recording/py_sampler.h"

/* Add the items of a new dict to another; 0, or -1 with an exception set. */
static int
merge(PyObject *dict, PyObject *owned_items)
{
    if (owned_items == NULL) {
        return -1;
    }
    int outcome = PyDict_Update(dict, owned_items);
    Py_DECREF(owned_items);
    return outcome;
}

static PyObject *
build_sums(const struct recorder_sums *sums)
{
    return Py_BuildValue("{s:K,s:K,s:K,s:K,s:K,s:K,s:K,s:d,s:d}", "start_ns", sums->start_ns,
                         "end_ns", sums->end_ns, "samples", sums->samples, "held_ns", sums->held_ns,
                         "observed_ns", sums->observed_ns, "observed_pairs", sums->observed_pairs,
                         "changes", sums->changes, "changes_ns2", sums->changes_ns2, "unseen_ns2",
                         sums->unseen_ns2);
}

/* The sampling thread never waits for the GIL, so waiting for its mutex while holding the GIL is
   no deadlock; it has it for a few microseconds at a time. */
PyObject *
sampler_totals(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = get_sampler(self);
    const struct recorder *recorder = &sampler->recorder;
    os_mutex_lock(&sampler->mutex);
    struct recorder_sums sums = recorder_sum_up(recorder);
    uint64_t throttled_ns = pace_throttled_ns(&sampler->pace, sums.end_ns);
    uint64_t longest_gap_ns = recorder->longest_gap_ns;
    uint64_t holds_full_ns = recorder->holds.full_ns, stalls_full_ns = recorder->stalls.full_ns;
    uint64_t folded_count = recorder->folded_count;
    os_mutex_unlock(&sampler->mutex);
    uint64_t stacks_full_ns = atomic_load_explicit(&sampler->stacks.full_ns, memory_order_relaxed);
    PyObject *owned_totals = build_sums(&sums);
    if (owned_totals != NULL &&
        merge(owned_totals,
              Py_BuildValue("{s:K,s:K,s:K,s:K,s:K,s:K}", "longest_gap_ns", longest_gap_ns,
                            "throttled_ns", throttled_ns, "holds_full_ns", holds_full_ns,
                            "stalls_full_ns", stalls_full_ns, "stacks_full_ns", stacks_full_ns,
                            "folded_threads", folded_count)) < 0) {
        Py_CLEAR(owned_totals);
    }
    return owned_totals;
}

PyObject *
sampler_window(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = get_sampler(self);
    struct recorder_sums sums;
    uint64_t longest_hold_ns = 0;
    os_mutex_lock(&sampler->mutex);
    bool has_begun = sampler->window.count > 0;
    if (has_begun) {
        sums = window_read(&sampler->window, &sampler->recorder, &longest_hold_ns);
    }
    os_mutex_unlock(&sampler->mutex);
    if (!has_begun) {
        Py_RETURN_NONE;
    }
    PyObject *owned_window = build_sums(&sums);
    if (owned_window != NULL &&
        merge(owned_window, Py_BuildValue("{s:K}", "longest_hold_ns", longest_hold_ns)) < 0) {
        Py_CLEAR(owned_window);
    }
    return owned_window;
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
build_thread(const struct gil_thread *thread, const struct holder_total *total)
{
    return Py_BuildValue("KKKKK", thread->ident, thread->native_id, total->held_ns, total->holds,
                         total->longest_ns);
}

/* A copy of it all, as no Python object may be made while the sampling thread waits. */
struct thread_table {
    struct holder_order order;
    struct gil_thread threads[RECORDER_MAX_HOLDERS];
    struct holder_total totals[RECORDER_MAX_HOLDERS];
    struct holder_total folded;
    size_t folded_count;
};

/* The hold that goes on counts as far as it has been seen. */
static void
add_open_hold(const struct recorder *recorder, struct holder_total *total)
{
    uint64_t open_ns = recorder_open_ns(recorder);
    total->held_ns += open_ns;
    total->holds++;
    total->longest_ns = open_ns > total->longest_ns ? open_ns : total->longest_ns;
}

static void
copy_threads(struct sampler *sampler, struct thread_table *table)
{
    os_mutex_lock(&sampler->mutex);
    recorder_order_holders(&sampler->recorder, &table->order);
    for (int32_t i = 0; i < table->order.count; i++) {
        int32_t slot = table->order.slots[i];
        table->threads[i] = sampler->holders.threads[slot].thread;
        table->totals[i] = sampler->recorder.holders[slot];
        if (slot == sampler->recorder.last.holder) {
            add_open_hold(&sampler->recorder, &table->totals[i]);
        }
    }
    table->folded = sampler->recorder.folded;
    table->folded_count = sampler->recorder.folded_count;
    os_mutex_unlock(&sampler->mutex);
}

PyObject *
sampler_threads(PyObject *self, PyObject *Py_UNUSED(none))
{
    static const struct gil_thread folded = {0, 0};
    struct thread_table *table = PyMem_Malloc(sizeof *table);
    if (table == NULL) {
        return PyErr_NoMemory();
    }
    copy_threads(get_sampler(self), table);
    PyObject *owned_list = PyList_New(0);
    for (int32_t i = 0; owned_list != NULL && i < table->order.count; i++) {
        if (append(owned_list, build_thread(&table->threads[i], &table->totals[i])) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    if (owned_list != NULL && table->folded_count > 0 &&
        append(owned_list, build_thread(&folded, &table->folded)) < 0) {
        Py_CLEAR(owned_list);
    }
    PyMem_Free(table);
    return owned_list;
}

static PyObject *
list_holds(const struct hold *holds, size_t count, const struct holder_order *order)
{
    PyObject *owned_list = PyList_New(0);
    for (size_t i = 0; owned_list != NULL && i < count; i++) {
        int holder = (int)holder_order_index(order, holds[i].holder);
        if (append(owned_list, Py_BuildValue("KKiI", holds[i].start_ns, holds[i].end_ns, holder,
                                             (unsigned)holds[i].flags)) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

PyObject *
sampler_longest(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = get_sampler(self);
    struct longest_holds longest;
    struct holder_order order;
    os_mutex_lock(&sampler->mutex);
    longest = sampler->recorder.longest;
    recorder_order_holders(&sampler->recorder, &order);
    os_mutex_unlock(&sampler->mutex);
    return list_holds(longest.heap, longest.count, &order);
}

PyObject *
sampler_stalls(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = get_sampler_at_rest(self);
    if (sampler == NULL) {
        return NULL;
    }
    struct holder_order order;
    recorder_order_holders(&sampler->recorder, &order);
    return list_holds(sampler->recorder.stalls.items, sampler->recorder.stalls.count, &order);
}

PyObject *
sampler_histogram(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = get_sampler(self);
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
    struct sampler *sampler = get_sampler_at_rest(self);
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
    struct sampler *sampler = get_sampler_at_rest(self);
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
   started again, so they don't move; and one that is new has none. */
int
sampler_get_buffer(PyObject *self, Py_buffer *view, int flags)
{
    struct sampler *sampler = get_sampler(self);
    if (!is_at_rest(sampler)) {
        PyErr_SetString(PyExc_BufferError, "the sampler is running");
        view->obj = NULL;
        return -1;
    }
    const struct hold_list *holds = &sampler->recorder.holds;
    static char nothing[1];
    return PyBuffer_FillInfo(view, self, holds->count > 0 ? (void *)holds->items : nothing,
                             (Py_ssize_t)(holds->count * sizeof *holds->items), 1, flags);
}
