/* Leaks of the rarer kinds, each beside its sound twin: rates below one per call, types, globals,
   references that are lost, mapped memory, file descriptors, native threads. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>

#include "rare.h"

#ifndef _WIN32
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

enum { FEW_BYTES = 100, MAPPED_BYTES = 1 << 16, SMALL_INT = 7 };

/* Each twin counts for itself, so a round may start anywhere. */
static PyObject *
memory_in_some_calls(unsigned *calls, unsigned one_in, int leaks)
{
    void *memory = PyMem_Malloc(FEW_BYTES);
    if (memory == NULL) {
        return PyErr_NoMemory();
    }
    if (!leaks || ++*calls % one_in != 0) {
        PyMem_Free(memory);
    }
    Py_RETURN_NONE;
}

static unsigned seconds, tenths;

static PyObject *leak_second_call(PyObject *m, PyObject *a) { (void)m; (void)a; return memory_in_some_calls(&seconds, 2, 1); }
static PyObject *sound_second_call(PyObject *m, PyObject *a) { (void)m; (void)a; return memory_in_some_calls(&seconds, 2, 0); }
static PyObject *leak_tenth_call(PyObject *m, PyObject *a) { (void)m; (void)a; return memory_in_some_calls(&tenths, 10, 1); }
static PyObject *sound_tenth_call(PyObject *m, PyObject *a) { (void)m; (void)a; return memory_in_some_calls(&tenths, 10, 0); }

static PyObject *
first_item(PyObject *sequence, int leaks)
{
    PyObject *item = PySequence_GetItem(sequence, 0);
    if (item != NULL && !leaks) {
        Py_DECREF(item);
    }
    return item == NULL ? NULL : Py_NewRef(Py_None);
}

static PyObject *leak_item(PyObject *m, PyObject *arg) { (void)m; return first_item(arg, 1); }
static PyObject *sound_item(PyObject *m, PyObject *arg) { (void)m; return first_item(arg, 0); }

static PyObject *
first_item_of_first(PyObject *sequence, int leaks)
{
    PyObject *inner = PySequence_GetItem(sequence, 0);
    if (inner == NULL) {
        return NULL;
    }
    PyObject *result = first_item(inner, leaks);
    Py_DECREF(inner);
    return result;
}

static PyObject *leak_deep_item(PyObject *m, PyObject *arg) { (void)m; return first_item_of_first(arg, 1); }
static PyObject *sound_deep_item(PyObject *m, PyObject *arg) { (void)m; return first_item_of_first(arg, 0); }

static PyObject *
module_global(PyObject *module, int leaks)
{
    PyObject *shared = PyObject_GetAttrString(module, "SHARED");
    if (shared != NULL && !leaks) {
        Py_DECREF(shared);
    }
    return shared == NULL ? NULL : Py_NewRef(Py_None);
}

static PyObject *leak_global(PyObject *m, PyObject *a) { (void)a; return module_global(m, 1); }
static PyObject *sound_global(PyObject *m, PyObject *a) { (void)a; return module_global(m, 0); }

static PyObject *
borrowed(PyObject *arg, int loses)
{
    if (loses) {
        Py_DECREF(arg);
    }
    Py_RETURN_NONE;
}

static PyObject *leak_lost(PyObject *m, PyObject *arg) { (void)m; return borrowed(arg, 1); }
static PyObject *sound_lost(PyObject *m, PyObject *arg) { (void)m; return borrowed(arg, 0); }

static PyObject *
small_int(int leaks)
{
    PyObject *number = PyLong_FromLong(SMALL_INT);
    if (number != NULL && !leaks) {
        Py_DECREF(number);
    }
    return number == NULL ? NULL : Py_NewRef(Py_None);
}

static PyObject *leak_small_int(PyObject *m, PyObject *a) { (void)m; (void)a; return small_int(1); }
static PyObject *sound_small_int(PyObject *m, PyObject *a) { (void)m; (void)a; return small_int(0); }

static PyObject *
exception(int leaks)
{
    PyObject *raised = PyObject_CallFunction(PyExc_ValueError, "s", "planted");
    if (raised == NULL) {
        return NULL;
    }
    PyErr_SetObject(PyExc_ValueError, raised);
    if (!leaks) {
        Py_DECREF(raised);
    }
    return NULL;
}

static PyObject *leak_exception(PyObject *m, PyObject *a) { (void)m; (void)a; return exception(1); }
static PyObject *sound_exception(PyObject *m, PyObject *a) { (void)m; (void)a; return exception(0); }

static PyObject *
raw_memory(int leaks)
{
    void *memory = PyMem_RawMalloc(FEW_BYTES);
    if (memory == NULL) {
        return PyErr_NoMemory();
    }
    PyObject *address = PyLong_FromVoidPtr(memory);
    if (!leaks) {
        PyMem_RawFree(memory);
    }
    return address;
}

static PyObject *leak_raw(PyObject *m, PyObject *a) { (void)m; (void)a; return raw_memory(1); }
static PyObject *sound_raw(PyObject *m, PyObject *a) { (void)m; (void)a; return raw_memory(0); }

/* A type of instances that the collector can't see, which may refer to themselves. */
typedef struct {
    PyObject_HEAD
    PyObject *other;
} Link;

static void
forgetful_dealloc(PyObject *self)
{
    Py_XDECREF(((Link *)self)->other);
    Py_TYPE(self)->tp_free(self);
}

static void
careful_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    forgetful_dealloc(self);
    Py_DECREF(type);
}

static PyType_Slot forgetful_slots[] = {{Py_tp_dealloc, (void *)forgetful_dealloc}, {0, NULL}};
static PyType_Slot careful_slots[] = {{Py_tp_dealloc, (void *)careful_dealloc}, {0, NULL}};

static PyType_Spec forgetful_spec = {
    .name = "planted.Forgetful", .basicsize = sizeof(Link), .slots = forgetful_slots,
};
static PyType_Spec careful_spec = {
    .name = "planted.Careful", .basicsize = sizeof(Link), .slots = careful_slots,
};

static PyObject *
instance(PyObject *module, const char *type, int refers_to_itself)
{
    PyObject *made = PyObject_CallMethod(module, type, NULL);
    if (made == NULL) {
        return NULL;
    }
    if (refers_to_itself) {
        ((Link *)made)->other = Py_NewRef(made);
    }
    Py_DECREF(made);
    Py_RETURN_NONE;
}

static PyObject *leak_type(PyObject *m, PyObject *a) { (void)a; return instance(m, "Forgetful", 0); }
static PyObject *sound_type(PyObject *m, PyObject *a) { (void)a; return instance(m, "Careful", 0); }
static PyObject *leak_cycle(PyObject *m, PyObject *a) { (void)a; return instance(m, "Careful", 1); }
static PyObject *sound_cycle(PyObject *m, PyObject *a) { (void)a; return instance(m, "Careful", 0); }

#ifndef _WIN32
static PyObject *
mapping(int leaks)
{
    void *memory =
        mmap(NULL, MAPPED_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    if (!leaks) {
        munmap(memory, MAPPED_BYTES);
    }
    Py_RETURN_NONE;
}

static PyObject *leak_mapping(PyObject *m, PyObject *a) { (void)m; (void)a; return mapping(1); }
static PyObject *sound_mapping(PyObject *m, PyObject *a) { (void)m; (void)a; return mapping(0); }

static PyObject *
descriptor(int leaks)
{
    int fd = open("/dev/null", O_RDONLY);
    if (fd < 0) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    if (!leaks) {
        close(fd);
    }
    Py_RETURN_NONE;
}

static PyObject *leak_descriptor(PyObject *m, PyObject *a) { (void)m; (void)a; return descriptor(1); }
static PyObject *sound_descriptor(PyObject *m, PyObject *a) { (void)m; (void)a; return descriptor(0); }

static void *
wait_forever(void *leaks)
{
    while (leaks != NULL) {
        pause();
    }
    return NULL;
}

static PyObject *
native_thread(int leaks)
{
    pthread_t thread;
    int error = pthread_create(&thread, NULL, wait_forever, leaks ? &thread : NULL);
    if (error != 0) {
        errno = error;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    if (leaks) {
        pthread_detach(thread);
    }
    else {
        pthread_join(thread, NULL);
    }
    Py_RETURN_NONE;
}

static PyObject *leak_thread(PyObject *m, PyObject *a) { (void)m; (void)a; return native_thread(1); }
static PyObject *sound_thread(PyObject *m, PyObject *a) { (void)m; (void)a; return native_thread(0); }
#endif

static PyMethodDef rare_functions[] = {
    TWINS(second_call, METH_NOARGS),
    TWINS(tenth_call, METH_NOARGS),
    TWINS(item, METH_O),
    TWINS(deep_item, METH_O),
    TWINS(global, METH_NOARGS),
    TWINS(lost, METH_O),
    TWINS(small_int, METH_NOARGS),
    TWINS(exception, METH_NOARGS),
    TWINS(raw, METH_NOARGS),
    TWINS(type, METH_NOARGS),
    TWINS(cycle, METH_NOARGS),
#ifndef _WIN32
    TWINS(mapping, METH_NOARGS),
    TWINS(descriptor, METH_NOARGS),
    TWINS(thread, METH_NOARGS),
#endif
    {NULL, NULL, 0, NULL},
};

static int
add_new(PyObject *module, const char *name, PyObject *value)
{
    int result = value == NULL ? -1 : PyModule_AddObjectRef(module, name, value);
    Py_XDECREF(value);
    return result;
}

int
add_rare(PyObject *module)
{
    if (add_new(module, "SHARED", PyList_New(0)) < 0 ||
        add_new(module, "Forgetful", PyType_FromSpec(&forgetful_spec)) < 0 ||
        add_new(module, "Careful", PyType_FromSpec(&careful_spec)) < 0) {
        return -1;
    }
    return PyModule_AddFunctions(module, rare_functions);
}
