/* 18: the busy object.

   Buffer(size) has memory of its own: fill(server) asks a server for bytes and reads them into
   that memory, with the GIL released; resize(size) changes the size; bytes() returns a copy.

   If a thread resizes the buffer while another fills it, the kernel writes to freed memory. Raise
   a RuntimeError for resize() and for fill() while the buffer is being filled. */

#include <Python.h>
#include <stdbool.h>
#include <unistd.h>

struct buffer {
    PyObject_HEAD
    char *memory;
    size_t size;
    bool is_busy;
};

static bool
refuse_if_busy(const struct buffer *buffer)
{
    if (buffer->is_busy) {
        PyErr_SetString(PyExc_RuntimeError, "the buffer is being filled");
    }
    return buffer->is_busy;
}

/* Asks a server for bytes, and reads them; returns how many, or -1. */
static ssize_t
ask(int server, char *memory, size_t size)
{
    if (write(server, "?", 1) < 0) {
        return -1;
    }
    return read(server, memory, size);
}

static PyObject *
buffer_fill(PyObject *self, PyObject *args)
{
    struct buffer *buffer = (struct buffer *)self;
    int server;
    if (!PyArg_ParseTuple(args, "i:fill", &server) || refuse_if_busy(buffer)) {
        return NULL;
    }
    ssize_t length;
    buffer->is_busy = true;
    Py_BEGIN_ALLOW_THREADS
    length = ask(server, buffer->memory, buffer->size);
    Py_END_ALLOW_THREADS
    buffer->is_busy = false;
    if (length < 0) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return PyLong_FromSsize_t(length);
}

static PyObject *
buffer_resize(PyObject *self, PyObject *args)
{
    struct buffer *buffer = (struct buffer *)self;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "n:resize", &size)) {
        return NULL;
    }
    if (size < 1) {
        PyErr_SetString(PyExc_ValueError, "a buffer has at least one byte");
        return NULL;
    }
    char *memory = PyMem_Realloc(buffer->memory, (size_t)size);
    if (memory == NULL) {
        return PyErr_NoMemory();
    }
    buffer->memory = memory;
    buffer->size = (size_t)size;
    Py_RETURN_NONE;
}

static PyObject *
buffer_bytes(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    struct buffer *buffer = (struct buffer *)self;
    return PyBytes_FromStringAndSize(buffer->memory, (Py_ssize_t)buffer->size);
}

static PyObject *
buffer_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(kwargs))
{
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "n:Buffer", &size)) {
        return NULL;
    }
    if (size < 1) {
        PyErr_SetString(PyExc_ValueError, "a buffer has at least one byte");
        return NULL;
    }
    struct buffer *buffer = (struct buffer *)type->tp_alloc(type, 0);
    if (buffer == NULL) {
        return NULL;
    }
    buffer->memory = PyMem_Calloc(1, (size_t)size);
    if (buffer->memory == NULL) {
        Py_DECREF(buffer);
        return PyErr_NoMemory();
    }
    buffer->size = (size_t)size;
    return (PyObject *)buffer;
}

static void
buffer_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyMem_Free(((struct buffer *)self)->memory);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef buffer_methods[] = {
    {"fill", buffer_fill, METH_VARARGS, NULL},
    {"resize", buffer_resize, METH_VARARGS, NULL},
    {"bytes", buffer_bytes, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot buffer_slots[] = {
    {Py_tp_new, buffer_new},
    {Py_tp_dealloc, buffer_dealloc},
    {Py_tp_methods, buffer_methods},
    {0, NULL},
};

static PyType_Spec buffer_spec = {
    .name = "exercise.Buffer",
    .basicsize = sizeof(struct buffer),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = buffer_slots,
};

static int
module_exec(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &buffer_spec, NULL);
    if (type == NULL) {
        return -1;
    }
    int failed = PyModule_AddType(module, (PyTypeObject *)type);
    Py_DECREF(type);
    return failed;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "exercise",
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_exercise(void)
{
    return PyModuleDef_Init(&definition);
}
