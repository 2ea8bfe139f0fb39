/* What the threads did while a gilext._native.Sampler watched, as Python objects. */

#include "recording/py_sampler.h"

static PyObject *
list_rows(const struct activity_rows *rows)
{
    PyObject *owned_list = PyList_New(0);
    for (size_t i = 0; owned_list != NULL && i < rows->count; i++) {
        const struct activity_row *row = &rows->items[i];
        if (append_owned(owned_list, Py_BuildValue("iIKK", (int)row->number, (unsigned)row->bucket,
                                                   row->cpu_ns, row->waited_ns)) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

static PyObject *
build_cpu_ns(const struct activity *activity, int32_t slot, int32_t number)
{
    uint64_t cpu_ns;
    if (!activity_cpu_ns(activity, slot, number, &cpu_ns)) {
        Py_RETURN_NONE;
    }
    return PyLong_FromUnsignedLongLong(cpu_ns);
}

static PyObject *
list_cpu_ns(const struct activity *activity, const struct recorder *recorder)
{
    struct holder_order order;
    recorder_order_holders(recorder, &order);
    PyObject *owned_list = PyList_New(0);
    for (int32_t i = 0; owned_list != NULL && i < order.count; i++) {
        if (append_owned(owned_list, build_cpu_ns(activity, order.slots[i], order.numbers[i])) <
            0) {
            Py_CLEAR(owned_list);
        }
    }
    if (owned_list != NULL && recorder->folded_count > 0 &&
        append_owned(owned_list,
                     PyLong_FromUnsignedLongLong(activity_folded_cpu_ns(activity, &order))) < 0) {
        Py_CLEAR(owned_list);
    }
    return owned_list;
}

PyObject *
sampler_activity(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = get_sampler_at_rest(self);
    if (sampler == NULL) {
        return NULL;
    }
    const struct activity *activity = &sampler->activity;
    if (!activity->knows_clocks) {
        Py_RETURN_NONE;
    }
    return Py_BuildValue("KNN", activity->rows.bucket_ns, list_rows(&activity->rows),
                         list_cpu_ns(activity, &sampler->recorder));
}
