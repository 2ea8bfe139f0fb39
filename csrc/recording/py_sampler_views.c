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
build_waits(const struct recorder_sums *sums)
{
    const struct integral *waiters = &sums->waiters, *pressure = &sums->pressure;
    return Py_BuildValue("{s:K,s:K,s:K,s:d,s:K,s:K,s:d,s:K}", "wait_ns", waiters->sum_ns,
                         "wait_squares_ns", waiters->squares_ns, "wait_jumps", waiters->jumps,
                         "wait_jumps_ns2", waiters->jumps_ns2, "pressure_ns", pressure->sum_ns,
                         "pressure_jumps", pressure->jumps, "pressure_jumps_ns2",
                         pressure->jumps_ns2, "held_wait_ns", sums->held_wait_ns);
}

static PyObject *
build_held(const struct recorder_sums *sums)
{
    return Py_BuildValue("{s:K,s:K,s:K,s:K,s:K,s:K,s:K,s:d,s:d}", "start_ns", sums->start_ns,
                         "end_ns", sums->end_ns, "samples", sums->samples, "held_ns", sums->held_ns,
                         "observed_ns", sums->observed_ns, "observed_pairs", sums->observed_pairs,
                         "changes", sums->changes, "changes_ns2", sums->changes_ns2, "unseen_ns2",
                         sums->unseen_ns2);
}

static PyObject *
build_sums(const struct recorder_sums *sums)
{
    PyObject *owned_sums = build_held(sums);
    if (owned_sums != NULL && merge(owned_sums, build_waits(sums)) < 0) {
        Py_CLEAR(owned_sums);
    }
    return owned_sums;
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
    os_mutex_unlock(&sampler->mutex);
    uint64_t stacks_full_ns =
        atomic_load_explicit(&sampler->stacks.profile.full_ns, memory_order_relaxed);
    PyObject *owned_totals = build_sums(&sums);
    if (owned_totals != NULL &&
        merge(owned_totals, Py_BuildValue("{s:K,s:K,s:K,s:K,s:K}", "longest_gap_ns", longest_gap_ns,
                                          "throttled_ns", throttled_ns, "holds_full_ns",
                                          holds_full_ns, "stalls_full_ns", stalls_full_ns,
                                          "stacks_full_ns", stacks_full_ns)) < 0) {
        Py_CLEAR(owned_totals);
    }
    return owned_totals;
}

PyObject *
sampler_window(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = get_sampler(self);
    struct recorder_sums sums;
    struct longest_spans longest = {0, 0};
    os_mutex_lock(&sampler->mutex);
    bool has_begun = sampler->window.count > 0;
    if (has_begun) {
        sums = window_read(&sampler->window, &sampler->recorder, &longest);
    }
    os_mutex_unlock(&sampler->mutex);
    if (!has_begun) {
        Py_RETURN_NONE;
    }
    PyObject *owned_window = build_sums(&sums);
    if (owned_window != NULL &&
        merge(owned_window, Py_BuildValue("{s:K,s:K}", "longest_hold_ns", longest.hold_ns,
                                          "longest_wait_ns", longest.wait_ns)) < 0) {
        Py_CLEAR(owned_window);
    }
    return owned_window;
}

static PyObject *
build_thread(const struct gil_thread *thread, const struct holder_total *total)
{
    return Py_BuildValue("KKKKKKKK", thread->ident, thread->native_id, total->held_ns, total->holds,
                         total->longest_ns, total->caused_wait_ns, total->waited_ns,
                         total->longest_wait_ns);
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
    uint64_t open_ns = recorder_open_seen_ns(recorder);
    total->held_ns += recorder_open_ns(recorder);
    total->holds++;
    total->longest_ns = open_ns > total->longest_ns ? open_ns : total->longest_ns;
    total->caused_wait_ns += recorder->open.waited_ns;
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
    struct thread_table *table = PyMem_Malloc(sizeof *table);
    if (table == NULL) {
        return PyErr_NoMemory();
    }
    copy_threads(get_sampler(self), table);
    PyObject *owned_list = PyList_New(0);
    for (int32_t i = 0; owned_list != NULL && i < table->order.count; i++) {
        if (append_owned(owned_list, build_thread(&table->threads[i], &table->totals[i])) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    const struct gil_thread folded = {.ident = table->folded_count};
    if (owned_list != NULL && table->folded_count > 0 &&
        append_owned(owned_list, build_thread(&folded, &table->folded)) < 0) {
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
        if (append_owned(owned_list,
                         Py_BuildValue("KKKiI", holds[i].start_ns, holds[i].end_ns,
                                       holds[i].waited_ns, holder, (unsigned)holds[i].flags)) < 0) {
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
        if (append_owned(owned_list, PyLong_FromUnsignedLongLong(counts[i])) < 0) {
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
