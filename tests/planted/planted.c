/* Leaks, each beside its sound twin, for the tests of check_leaks(). Nothing here is shipped.

   A function named leak_* forgets what sound_* gives back. over_release takes one too many. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>

#include "rare.h"

static PyObject *
first_argument(PyObject *arg, int leaks)
{
    Py_INCREF(arg);
    if (!leaks) {
        Py_DECREF(arg);
    }
    Py_RETURN_NONE;
}

static PyObject *leak_argument(PyObject *m, PyObject *arg) { (void)m; return first_argument(arg, 1); }
static PyObject *sound_argument(PyObject *m, PyObject *arg) { (void)m; return first_argument(arg, 0); }

static PyObject *
second_argument(PyObject *args, int leaks)
{
    PyObject *first, *second;
    if (!PyArg_ParseTuple(args, "OO", &first, &second)) {
        return NULL;
    }
    Py_INCREF(second);
    if (!leaks) {
        Py_DECREF(second);
    }
    Py_RETURN_NONE;
}

static PyObject *leak_second(PyObject *m, PyObject *args) { (void)m; return second_argument(args, 1); }
static PyObject *sound_second(PyObject *m, PyObject *args) { (void)m; return second_argument(args, 0); }

static PyObject *
keyword(PyObject *args, PyObject *kwargs, int leaks)
{
    static char *names[] = {"key", NULL};
    PyObject *key;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "$O", names, &key)) {
        return NULL;
    }
    Py_INCREF(key);
    if (!leaks) {
        Py_DECREF(key);
    }
    Py_RETURN_NONE;
}

static PyObject *leak_keyword(PyObject *m, PyObject *a, PyObject *k) { (void)m; return keyword(a, k, 1); }
static PyObject *sound_keyword(PyObject *m, PyObject *a, PyObject *k) { (void)m; return keyword(a, k, 0); }

static PyObject *
new_result(int leaks)
{
    PyObject *result = PyList_New(3);
    if (result == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < 3; i++) {
        PyList_SET_ITEM(result, i, PyLong_FromLong(100000 + (long)i));
    }
    if (leaks) {
        Py_INCREF(result);
    }
    return result;
}

static PyObject *leak_result(PyObject *m, PyObject *a) { (void)m; (void)a; return new_result(1); }
static PyObject *sound_result(PyObject *m, PyObject *a) { (void)m; (void)a; return new_result(0); }

static PyObject *
the_argument_itself(PyObject *arg, int leaks)
{
    if (leaks) {
        Py_INCREF(arg);
    }
    Py_INCREF(arg);
    return arg;
}

static PyObject *leak_returned(PyObject *m, PyObject *arg) { (void)m; return the_argument_itself(arg, 1); }
static PyObject *sound_returned(PyObject *m, PyObject *arg) { (void)m; return the_argument_itself(arg, 0); }

static PyObject *
singleton(int leaks)
{
    if (leaks) {
        Py_INCREF(Py_None);
    }
    return PyLong_FromLong(1);
}

static PyObject *leak_none(PyObject *m, PyObject *a) { (void)m; (void)a; return singleton(1); }
static PyObject *sound_none(PyObject *m, PyObject *a) { (void)m; (void)a; return singleton(0); }

static PyObject *
buffer(PyObject *arg, int leaks)
{
    Py_buffer view;
    if (PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    Py_ssize_t length = view.len;
    if (!leaks) {
        PyBuffer_Release(&view);
    }
    return PyLong_FromSsize_t(length);
}

static PyObject *leak_buffer(PyObject *m, PyObject *arg) { (void)m; return buffer(arg, 1); }
static PyObject *sound_buffer(PyObject *m, PyObject *arg) { (void)m; return buffer(arg, 0); }

static PyObject *
error_path(PyObject *arg, int leaks)
{
    Py_INCREF(arg);
    PyErr_SetString(PyExc_ValueError, "planted");
    if (!leaks) {
        Py_DECREF(arg);
    }
    return NULL;
}

static PyObject *leak_on_error(PyObject *m, PyObject *arg) { (void)m; return error_path(arg, 1); }
static PyObject *sound_on_error(PyObject *m, PyObject *arg) { (void)m; return error_path(arg, 0); }

static PyObject *
own_object(int leaks)
{
    PyObject *owned = PyBytes_FromStringAndSize(NULL, 40);
    if (owned == NULL) {
        return NULL;
    }
    if (!leaks) {
        Py_DECREF(owned);
    }
    Py_RETURN_NONE;
}

static PyObject *leak_object(PyObject *m, PyObject *a) { (void)m; (void)a; return own_object(1); }
static PyObject *sound_object(PyObject *m, PyObject *a) { (void)m; (void)a; return own_object(0); }

static PyObject *
own_memory(int leaks)
{
    void *memory = PyMem_Malloc(100);
    if (memory == NULL) {
        return PyErr_NoMemory();
    }
    if (!leaks) {
        PyMem_Free(memory);
    }
    Py_RETURN_NONE;
}

static PyObject *leak_memory(PyObject *m, PyObject *a) { (void)m; (void)a; return own_memory(1); }
static PyObject *sound_memory(PyObject *m, PyObject *a) { (void)m; (void)a; return own_memory(0); }

/* Larger than what Python's own allocator keeps to itself. */
static PyObject *
large_object(int keeps, int leaks)
{
    PyObject *owned = PyBytes_FromStringAndSize(NULL, 4000);
    if (owned == NULL) {
        return NULL;
    }
    if (leaks) {
        Py_INCREF(owned);
    }
    if (keeps) {
        return owned;
    }
    Py_DECREF(owned);
    Py_RETURN_NONE;
}

static PyObject *leak_large(PyObject *m, PyObject *a) { (void)m; (void)a; return large_object(0, 1); }
static PyObject *sound_large(PyObject *m, PyObject *a) { (void)m; (void)a; return large_object(0, 0); }
static PyObject *leak_large_result(PyObject *m, PyObject *a) { (void)m; (void)a; return large_object(1, 1); }
static PyObject *sound_large_result(PyObject *m, PyObject *a) { (void)m; (void)a; return large_object(1, 0); }

static PyObject *
heap(int leaks)
{
    void *memory = malloc(100);
    if (memory == NULL) {
        return PyErr_NoMemory();
    }
    PyObject *address = PyLong_FromVoidPtr(memory);
    if (!leaks) {
        free(memory);
    }
    return address;
}

static PyObject *leak_heap(PyObject *m, PyObject *a) { (void)m; (void)a; return heap(1); }
static PyObject *sound_heap(PyObject *m, PyObject *a) { (void)m; (void)a; return heap(0); }

/* Python traces it, and doesn't count it among its blocks. */
static PyObject *
large_raw(int leaks)
{
    void *memory = PyMem_RawMalloc(4000);
    if (memory == NULL) {
        return PyErr_NoMemory();
    }
    PyObject *address = PyLong_FromVoidPtr(memory);
    if (!leaks) {
        PyMem_RawFree(memory);
    }
    return address;
}

static PyObject *leak_large_raw(PyObject *m, PyObject *a) { (void)m; (void)a; return large_raw(1); }
static PyObject *sound_large_raw(PyObject *m, PyObject *a) { (void)m; (void)a; return large_raw(0); }

static PyObject *
over_release(PyObject *m, PyObject *arg)
{
    (void)m;
    Py_DECREF(arg);
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    TWINS(argument, METH_O),
    TWINS(second, METH_VARARGS),
    TWINS(keyword, METH_VARARGS | METH_KEYWORDS),
    TWINS(result, METH_NOARGS),
    TWINS(returned, METH_O),
    TWINS(none, METH_NOARGS),
    TWINS(buffer, METH_O),
    TWINS(on_error, METH_O),
    TWINS(object, METH_NOARGS),
    TWINS(memory, METH_NOARGS),
    TWINS(large, METH_NOARGS),
    TWINS(large_result, METH_NOARGS),
    TWINS(heap, METH_NOARGS),
    TWINS(large_raw, METH_NOARGS),
    {"over_release", over_release, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)add_rare},
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "planted",
    .m_size = 0,
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_planted(void)
{
    return PyModuleDef_Init(&module);
}
