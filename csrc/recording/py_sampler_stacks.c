/* The Python stacks that a gilext._native.Sampler took, as Python objects. */

#include "recording/py_sampler.h"

#include "cpython/frame_state.h"

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
decode_text(const char *text)
{
    return PyUnicode_DecodeUTF8(text, (Py_ssize_t)strlen(text), "replace");
}

static PyObject *
decode_pooled(const struct profile *profile, uint32_t text)
{
    if (text == POOL_NONE) {
        Py_RETURN_NONE;
    }
    return decode_text(profile_text_at(profile, text));
}

/* Makes one item of a list, by its index. */
typedef PyObject *(*item_builder)(const struct sampler *, const struct holder_order *, size_t);

/* Of a sampler at rest. */
static PyObject *
build_list(const struct sampler *sampler, size_t count, item_builder build_item)
{
    struct holder_order order;
    recorder_order_holders(&sampler->recorder, &order);
    PyObject *owned_list = PyList_New(0);
    for (size_t i = 0; owned_list != NULL && i < count; i++) {
        if (append_owned(owned_list, build_item(sampler, &order, i)) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

static PyObject *
build_row(const struct sampler *sampler, const struct holder_order *order, size_t index)
{
    const struct profile *profile = &sampler->stacks.profile;
    const struct profile_row *row = &profile->rows[index];
    return Py_BuildValue("iNNKKKKKKK", (int)holder_order_index(order, row->holder),
                         tuple_of_numbers(&profile->frame_numbers[row->first], row->depth),
                         decode_pooled(profile, row->callable), row->held_ns, row->weight_ns,
                         row->waiting_ns, row->holds, row->longest_ns, row->attached_ns,
                         row->attached_weight_ns);
}

PyObject *
sampler_stacks(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = get_sampler_at_rest(self);
    return sampler == NULL ? NULL
                           : build_list(sampler, sampler->stacks.profile.row_count, build_row);
}

static PyObject *
build_moment(const struct sampler *sampler, const struct holder_order *Py_UNUSED(order),
             size_t index)
{
    const struct profile *profile = &sampler->stacks.profile;
    const struct profile_moment *moment = &profile->moments[index];
    return Py_BuildValue("KIN", moment->taken_ns, (unsigned)moment->row,
                         decode_pooled(profile, moment->task));
}

PyObject *
sampler_moments(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = get_sampler_at_rest(self);
    return sampler == NULL
               ? NULL
               : build_list(sampler, sampler->stacks.profile.moment_count, build_moment);
}

static PyObject *
build_frame(const struct sampler *sampler, const struct holder_order *Py_UNUSED(order),
            size_t index)
{
    const struct profile *profile = &sampler->stacks.profile;
    const struct profile_frame *frame = &profile->frames[index];
    return Py_BuildValue("NiNiii", decode_pooled(profile, frame->file), (int)frame->line,
                         decode_pooled(profile, frame->function), (int)frame->end_line,
                         (int)frame->column, (int)frame->end_column);
}

PyObject *
sampler_frames(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = get_sampler_at_rest(self);
    return sampler == NULL ? NULL
                           : build_list(sampler, sampler->stacks.profile.frame_count, build_frame);
}

static PyObject *
build_victim(const struct sampler *sampler, const struct holder_order *order, size_t index)
{
    const struct victim *victim = &sampler->waiters.victims[index];
    int thread = (int)holder_order_index(order, victim->number);
    if (victim->row == POOL_NONE) {
        return Py_BuildValue("KKiO", victim->since_ns, victim->until_ns, thread, Py_None);
    }
    return Py_BuildValue("KKiI", victim->since_ns, victim->until_ns, thread, (unsigned)victim->row);
}

PyObject *
sampler_victims(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = get_sampler_at_rest(self);
    return sampler == NULL ? NULL
                           : build_list(sampler, sampler->waiters.victim_count, build_victim);
}

static PyObject *
build_wait(const struct sampler *sampler, const struct holder_order *order, size_t index)
{
    const struct profile_wait *wait = &sampler->stacks.profile.waits[index];
    int thread = (int)holder_order_index(order, wait->victim);
    return Py_BuildValue("IiK", (unsigned)wait->row, thread, wait->waited_ns);
}

PyObject *
sampler_waits(PyObject *self, PyObject *Py_UNUSED(none))
{
    struct sampler *sampler = get_sampler_at_rest(self);
    return sampler == NULL ? NULL
                           : build_list(sampler, sampler->stacks.profile.wait_count, build_wait);
}

/* -- the garbage collector ------------------------------------------------------------------ */

/* Without a new object: the collector is at work. */
static int
find_generation(PyObject *info)
{
    PyObject *borrowed_key, *borrowed_value;
    Py_ssize_t position = 0;
    while (PyDict_Check(info) && PyDict_Next(info, &position, &borrowed_key, &borrowed_value)) {
        if (PyUnicode_Check(borrowed_key) && PyLong_Check(borrowed_value) &&
            PyUnicode_CompareWithASCIIString(borrowed_key, "generation") == 0) {
            return (int)PyLong_AsLong(borrowed_value);
        }
    }
    return -1;
}

/* Anything else than what gc.callbacks are called with is left alone. */
PyObject *
sampler_note_collection(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    struct collection *collection = &get_sampler(self)->stacks.collection;
    if (count == 2 && PyUnicode_Check(args[0])) {
        int generation = find_generation(args[1]);
        if (PyUnicode_CompareWithASCIIString(args[0], "start") == 0 && generation >= 0) {
            collection_begin(collection, gil_state_current_thread(), frame_state_innermost(),
                             generation);
        }
        else if (PyUnicode_CompareWithASCIIString(args[0], "stop") == 0) {
            collection_end(collection);
        }
    }
    Py_RETURN_NONE;
}
