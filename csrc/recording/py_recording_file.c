/* A sampler whose memory is a file, and the recording that is read back from one. */

#include "recording/py_sampler.h"

#include <errno.h>

/* -- making one ------------------------------------------------------------------------------ */

/* No more than a fraction of the addresses that there are. */
static const uint64_t FIXED_BYTES = UINT64_C(1) << 22, MAX_BYTES = (SIZE_MAX >> 22) + (1 << 29);

static int
make_in_memory(struct sampler_object *object, const struct sampling *sampling)
{
    object->sampler = PyMem_Calloc(1, sizeof *object->sampler);
    if (object->sampler == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    sampler_init(object->sampler, sampling);
    return 0;
}

/* Arrays that double take twice the memory: see arena.h. 0, or an errno. */
static int
make_in_file(struct sampler_object *object, const struct sampling *sampling, const char *path)
{
    const struct arena_origin origin = {GILEXT_VERSION, sampler_layout()};
    uint64_t memory = sampling->memory < MAX_BYTES / 2 ? sampling->memory : MAX_BYTES / 2;
    int failure = arena_create(&object->arena, path, (size_t)(2 * memory + FIXED_BYTES), &origin);
    if (failure != 0) {
        return failure;
    }
    struct sampling in_arena = *sampling;
    in_arena.arena = object->arena;
    object->sampler = arena_resize(object->arena, NULL, 0, sizeof *object->sampler);
    if (object->sampler == NULL) {
        return ENOMEM;
    }
    sampler_init(object->sampler, &in_arena);
    return arena_publish(object->arena, object->sampler);
}

int
make_sampler(PyObject *self, const struct sampling *sampling, PyObject *borrowed_file)
{
    struct sampler_object *object = (struct sampler_object *)self;
    PyObject *owned_path;
    if (borrowed_file == NULL || borrowed_file == Py_None) {
        return make_in_memory(object, sampling);
    }
    if (!PyUnicode_FSConverter(borrowed_file, &owned_path)) {
        return -1;
    }
    int failure;
    const char *path = PyBytes_AS_STRING(owned_path);
    Py_BEGIN_ALLOW_THREADS
    failure = make_in_file(object, sampling, path);
    Py_END_ALLOW_THREADS
    Py_DECREF(owned_path);
    if (failure != 0) {
        errno = failure;
        PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, borrowed_file);
    }
    return failure == 0 ? 0 : -1;
}

void
free_sampler(PyObject *self)
{
    struct sampler_object *object = (struct sampler_object *)self;
    if (object->sampler != NULL) {
        sampler_destroy(get_sampler(self));
    }
    if (object->arena != NULL) {
        arena_close(object->arena);
    }
    else if (object->is_read) {
        free(object->sampler);
    }
    else {
        PyMem_Free(object->sampler);
    }
}

PyObject *
sampler_write_note(PyObject *self, PyObject *args)
{
    const char *key;
    Py_ssize_t key_size;
    Py_buffer value;
    if (!PyArg_ParseTuple(args, "s#y*:write_note", &key, &key_size, &value)) {
        return NULL;
    }
    get_sampler(self); /* in a forked child, the file is left to the parent */
    bool is_written = arena_write_note(((struct sampler_object *)self)->arena, key,
                                       (size_t)key_size, value.buf, (size_t)value.len);
    PyBuffer_Release(&value);
    return PyBool_FromLong(is_written);
}

/* -- reading one ----------------------------------------------------------------------------- */

static void
raise_unread(enum recording_found found, const struct read_recording *recording,
             PyObject *borrowed_path, const char *damage)
{
    const struct file_header *header = &recording->header;
    switch (found) {
    case RECORDING_UNREADABLE:
        PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, borrowed_path);
        break;
    case RECORDING_NO_MEMORY:
        PyErr_NoMemory();
        break;
    case RECORDING_FOREIGN:
        PyErr_Format(PyExc_ValueError,
                     "it was made by gilext %s on another kind of machine or in another layout "
                     "(format %u), which this gilext " GILEXT_VERSION " (format %d) can't read",
                     header->gilext_version, (unsigned)header->format, FILE_FORMAT);
        break;
    case RECORDING_DAMAGED:
        PyErr_Format(PyExc_ValueError, "it is damaged: %s can't be right", damage);
        break;
    default:
        PyErr_SetString(PyExc_ValueError, "it doesn't begin as a recording does");
    }
}

static PyObject *
build_state(const struct read_recording *recording)
{
    const struct file_header *header = &recording->header;
    const struct sampling *sampling = &recording->sampler->sampling;
    return Py_BuildValue(
        "{s:N,s:N,s:N,s:L,s:K,s:K,s:K,s:K,s:K,s:N,s:N}", "is_ended",
        PyBool_FromLong(recording->is_ended), "was_writing",
        PyBool_FromLong(recording->was_writing), "is_cut", PyBool_FromLong(recording->is_cut),
        "process", (long long)header->process, "process_start", header->process_start, "wall_ns",
        header->wall_ns, "clock_ns", header->clock_ns, "interval_ns", sampling->interval_ns,
        "stall_ns", sampling->stall_ns, "takes_stacks", PyBool_FromLong(sampling->takes_stacks),
        "gilext_version", decode_text(header->gilext_version));
}

static PyObject *
list_notes(const struct read_recording *recording)
{
    PyObject *owned_list = PyList_New(0);
    for (const struct read_note *note = recording->notes; owned_list != NULL && note != NULL;
         note = note->next) {
        PyObject *owned_key =
            PyUnicode_DecodeUTF8(note->bytes, (Py_ssize_t)note->key_size, "replace");
        PyObject *owned_value =
            PyBytes_FromStringAndSize(note->bytes + note->key_size, (Py_ssize_t)note->value_size);
        if (append_owned(owned_list, Py_BuildValue("NN", owned_key, owned_value)) < 0) {
            Py_CLEAR(owned_list);
        }
    }
    return owned_list;
}

/* Takes the sampler over. */
static PyObject *
wrap_sampler(PyObject *module, struct read_recording *recording)
{
    PyTypeObject *type = native_state_of(module)->sampler_type;
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL) {
        ((struct sampler_object *)self)->sampler = recording->sampler;
        ((struct sampler_object *)self)->is_read = true;
        recording->sampler = NULL;
    }
    return self;
}

static PyObject *
build_recording(PyObject *module, struct read_recording *recording)
{
    PyObject *owned_notes = list_notes(recording), *owned_state = build_state(recording);
    PyObject *owned_sampler = NULL, *owned_triple = NULL;
    if (owned_notes != NULL && owned_state != NULL) {
        owned_sampler = wrap_sampler(module, recording);
    }
    if (owned_sampler != NULL) {
        owned_triple = PyTuple_Pack(3, owned_sampler, owned_notes, owned_state);
    }
    Py_XDECREF(owned_sampler);
    Py_XDECREF(owned_notes);
    Py_XDECREF(owned_state);
    return owned_triple;
}

static PyObject *
open_recording(PyObject *module, PyObject *borrowed_path)
{
    PyObject *owned_path, *owned_triple = NULL;
    if (!PyUnicode_FSConverter(borrowed_path, &owned_path)) {
        return NULL;
    }
    struct read_recording recording;
    const char *path = PyBytes_AS_STRING(owned_path), *damage;
    enum recording_found found;
    Py_BEGIN_ALLOW_THREADS
    found = recording_read(&recording, path, &damage);
    Py_END_ALLOW_THREADS
    Py_DECREF(owned_path);
    if (found == RECORDING_FOUND) {
        owned_triple = build_recording(module, &recording);
    }
    else {
        raise_unread(found, &recording, borrowed_path, damage);
    }
    recording_free(&recording);
    return owned_triple;
}

PyDoc_STRVAR(
    open_recording_doc,
    "open_recording($module, path, /)\n--\n\n"
    "Read the file of a Sampler back: a stopped sampler with what it saw, the notes, and what is\n"
    "known of how it ended.\n\n"
    "Raises\n------\n"
    "OSError\n    If it can't be read.\n"
    "ValueError\n    If it is another file, was made by a gilext with another layout, or is\n"
    "    damaged.");

PyMethodDef recording_file_functions[] = {
    {"open_recording", open_recording, METH_O, open_recording_doc},
    {NULL, NULL, 0, NULL},
};
