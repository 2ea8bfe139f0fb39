/* What a gilext._native.Sampler saw of a world without a GIL, as Python objects. */

#include "recording/py_sampler.h"

/* -- attached threads ------------------------------------------------------------------------ */

static PyObject *
build_attached(const struct integral *attached)
{
    return Py_BuildValue("KKd", attached->sum_ns, attached->jumps, attached->jumps_ns2);
}

/* A copy of it all, as no Python object may be made while the sampling thread waits. */
struct attached_table {
    struct holder_order order;
    struct integral attached[RECORDER_MAX_HOLDERS];
    struct integral folded;
    size_t folded_count;
    struct time_without_gil time;
};

static void
copy_attached(struct sampler *sampler, struct attached_table *table)
{
    const struct recorder *recorder = &sampler->recorder;
    os_mutex_lock(&sampler->mutex);
    recorder_order_holders(recorder, &table->order);
    for (int32_t i = 0; i < table->order.count; i++) {
        table->attached[i] = recorder->holders[table->order.slots[i]].attached;
    }
    table->folded = recorder->folded.attached;
    table->folded_count = recorder->folded_count;
    table->time = sampler->world.attachments.time;
    os_mutex_unlock(&sampler->mutex);
}

static PyObject *
list_attached(const struct attached_table *table)
{
    PyObject *owned_list = PyList_New(0);
    for (int32_t i = 0; owned_list != NULL && i < table->order.count; i++) {
        if (append_owned(owned_list, build_attached(&table->attached[i])) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    if (owned_list != NULL && table->folded_count > 0 &&
        append_owned(owned_list, build_attached(&table->folded)) < 0) {
        Py_CLEAR(owned_list);
    }
    return owned_list;
}

PyObject *
sampler_attached(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct attached_table *table = PyMem_Malloc(sizeof *table);
    if (table == NULL) {
        return PyErr_NoMemory();
    }
    copy_attached(get_sampler(self), table);
    const struct time_without_gil *time = &table->time;
    PyObject *owned_result =
        Py_BuildValue("{s:K,s:K,s:K,s:K,s:K,s:d,s:N}", "samples", time->samples, "samples_with_gil",
                      time->samples_with_gil, "without_gil_ns", time->without_gil.sum_ns,
                      "observed_ns", time->observed_ns, "observed_pairs", time->observed_pairs,
                      "unseen_ns2", time->unseen_ns2, "threads", list_attached(table));
    PyMem_Free(table);
    return owned_result;
}

/* -- pauses ---------------------------------------------------------------------------------- */

static PyObject *
build_row(uint32_t row)
{
    if (row == POOL_NONE) {
        Py_RETURN_NONE;
    }
    return PyLong_FromUnsignedLong(row);
}

static PyObject *
build_thread(const struct holder_order *order, int32_t number)
{
    if (number == RECORDER_NOBODY) {
        Py_RETURN_NONE;
    }
    return PyLong_FromLong(holder_order_index(order, number));
}

static PyObject *
list_waited_for(const struct holder_order *order, const struct pause *pause)
{
    PyObject *owned_list = PyList_New(0);
    for (uint32_t i = 0; owned_list != NULL && i < pause->waited_count; i++) {
        const struct waited_for *waited_for = &pause->waited_for[i];
        if (append_owned(owned_list, Py_BuildValue("KNN", waited_for->until_ns,
                                                   build_thread(order, waited_for->number),
                                                   build_row(waited_for->row))) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

static PyObject *
build_pause(const struct holder_order *order, const struct pause *pause)
{
    return Py_BuildValue("KKKNNN", pause->start_ns, pause->stopping_until_ns,
                         pause->stopped_until_ns, build_thread(order, pause->asker),
                         build_row(pause->row), list_waited_for(order, pause));
}

PyObject *
sampler_pauses(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = get_sampler_at_rest(self);
    if (sampler == NULL) {
        return NULL;
    }
    const struct pauses *pauses = &sampler->world.pauses;
    struct holder_order order;
    recorder_order_holders(&sampler->recorder, &order);
    PyObject *owned_list = PyList_New(0);
    for (size_t i = 0; owned_list != NULL && i < pauses->count; i++) {
        if (append_owned(owned_list, build_pause(&order, &pauses->kept[i])) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return Py_BuildValue("KN", pauses->seen, owned_list);
}

/* -- the garbage collector ------------------------------------------------------------------- */

PyObject *
sampler_get_collections(PyObject *self, void *Py_UNUSED(closure))
{
    const struct sampler *sampler = get_sampler(self);
    if (!sampler->sampling.takes_stacks) {
        Py_RETURN_NONE;
    }
    return PyLong_FromUnsignedLongLong(collection_count(&sampler->stacks.collection));
}
