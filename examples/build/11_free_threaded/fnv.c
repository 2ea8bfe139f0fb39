#include "fnv.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* -- the work: nothing of Python in it -------------------------------------------------------- */

enum outcome { HASHED, EMPTY, FAILED };

/* Hash a file. If it failed, *error is what errno was then. */
static enum outcome
fnv_file(const char *path, uint64_t *hash, int *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        *error = errno;
        return FAILED;
    }
    unsigned char block[65536];
    uint64_t total = 0;
    ssize_t size;
    *hash = BASIS;
    while ((size = read(file, block, sizeof(block))) > 0) {
        *hash = fnv_add(*hash, block, (size_t)size);
        total += (uint64_t)size;
    }
    *error = errno;
    close(file);
    return size < 0 ? FAILED : total == 0 ? EMPTY : HASHED;
}

/* -- the module ------------------------------------------------------------------------------- */

/* A few hundredths of a second: how long Ctrl-C has to wait. */
enum { ROUNDS_PER_CHECK = 1 << 22 };

static PyObject *
chain(PyObject *Py_UNUSED(module), PyObject *arg)
{
    uint64_t rounds = PyLong_AsUnsignedLongLong(arg);
    if (rounds == (uint64_t)-1 && PyErr_Occurred()) {
        return NULL;
    }
    uint64_t hash = BASIS;
    while (rounds > 0) {
        uint64_t part = rounds < ROUNDS_PER_CHECK ? rounds : ROUNDS_PER_CHECK;
        Py_BEGIN_ALLOW_THREADS
        hash = fnv_chain(hash, part);
        Py_END_ALLOW_THREADS
        if (PyErr_CheckSignals() < 0) {
            return NULL;
        }
        rounds -= part;
    }
    return PyLong_FromUnsignedLongLong(hash);
}

static PyObject *
hash_bytes(PyObject *Py_UNUSED(module), PyObject *arg)
{
    Py_buffer view;
    if (PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    uint64_t hash;
    if (view.len <= MAX_HELD_BYTES) {
        hash = fnv_add(BASIS, view.buf, (size_t)view.len);
    }
    else {
        Py_BEGIN_ALLOW_THREADS
        hash = fnv_add(BASIS, view.buf, (size_t)view.len);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&view);
    return PyLong_FromUnsignedLongLong(hash);
}

static PyObject *
hash_file(PyObject *module, PyObject *arg)
{
    PyObject *path;
    if (!PyUnicode_FSConverter(arg, &path)) {
        return NULL;
    }
    const char *name = PyBytes_AS_STRING(path);
    enum outcome outcome;
    uint64_t hash;
    int error;
    Py_BEGIN_ALLOW_THREADS
    outcome = fnv_file(name, &hash, &error);
    Py_END_ALLOW_THREADS
    Py_DECREF(path);

    if (outcome == FAILED) {
        errno = error;
        return PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, arg);
    }
    if (outcome == EMPTY) {
        struct state *state = PyModule_GetState(module);
        return PyErr_Format(state->error, "%S is empty", arg);
    }
    return PyLong_FromUnsignedLongLong(hash);
}

static PyMethodDef fnv_methods[] = {
    {"chain", chain, METH_O, "Hash a hash, again and again."},
    {"chain_in_thread", chain_in_thread, METH_VARARGS, "Call back with a chain's hash."},
    {"hash", hash_bytes, METH_O, "Hash the bytes of an object."},
    {"hash_file", hash_file, METH_O, "Hash what is in a file."},
    {NULL, NULL, 0, NULL},
};

static int
fnv_exec(PyObject *module)
{
    struct state *state = PyModule_GetState(module);
    state->error = PyErr_NewException("fnv.Error", NULL, NULL);
    if (state->error == NULL) {
        return -1;
    }
    if (PyModule_AddObjectRef(module, "Error", state->error) < 0) {
        return -1;
    }
    state->hasher_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &hasher_spec, NULL);
    if (state->hasher_type == NULL) {
        return -1;
    }
    return PyModule_AddType(module, state->hasher_type);
}

static int
fnv_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct state *state = PyModule_GetState(module);
    Py_VISIT(state->error);
    Py_VISIT(state->hasher_type);
    return 0;
}

static int
fnv_clear(PyObject *module)
{
    struct state *state = PyModule_GetState(module);
    Py_CLEAR(state->error);
    Py_CLEAR(state->hasher_type);
    return 0;
}

static void
fnv_free(void *module)
{
    (void)fnv_clear(module);
}

static PyModuleDef_Slot fnv_slots[] = {
    {Py_mod_exec, fnv_exec},
#if PY_VERSION_HEX >= 0x030F0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#elif defined(Py_mod_multiple_interpreters) /* PyGILState: the main one only */
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
#ifdef Py_mod_gil /* since 3.13 */
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef fnv_module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "fnv",
    .m_size = sizeof(struct state),
    .m_methods = fnv_methods,
    .m_slots = fnv_slots,
    .m_traverse = fnv_traverse,
    .m_clear = fnv_clear,
    .m_free = fnv_free,
};

PyMODINIT_FUNC
PyInit_fnv(void)
{
    return PyModuleDef_Init(&fnv_module);
}
