#include <Python.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

/* -- the work: FNV-1a, a hash of 64 bits; nothing of Python in it ----------------------------- */

static const uint64_t BASIS = UINT64_C(14695981039346656037);
static const uint64_t PRIME = UINT64_C(1099511628211);

static uint64_t
fnv_add(uint64_t hash, const unsigned char *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ data[i]) * PRIME;
    }
    return hash;
}

/* Hash the eight bytes of a hash, and so on, for as many rounds. */
static uint64_t
fnv_chain(uint64_t hash, uint64_t rounds)
{
    for (; rounds > 0; rounds--) {
        uint64_t word = hash;
        hash = BASIS;
        for (int shift = 0; shift < 64; shift += 8) {
            hash = (hash ^ ((word >> shift) & 0xFF)) * PRIME;
        }
    }
    return hash;
}

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

/* What one module object owns. Each interpreter that imports fnv has a module of its own. */
struct state {
    PyObject *error;
};

static PyObject *
chain(PyObject *Py_UNUSED(module), PyObject *arg)
{
    uint64_t rounds = PyLong_AsUnsignedLongLong(arg);
    if (rounds == (uint64_t)-1 && PyErr_Occurred()) {
        return NULL;
    }
    uint64_t hash;
    Py_BEGIN_ALLOW_THREADS
    hash = fnv_chain(BASIS, rounds);
    Py_END_ALLOW_THREADS
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
    return PyModule_AddObjectRef(module, "Error", state->error);
}

static int
fnv_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct state *state = PyModule_GetState(module);
    Py_VISIT(state->error);
    return 0;
}

static int
fnv_clear(PyObject *module)
{
    struct state *state = PyModule_GetState(module);
    Py_CLEAR(state->error);
    return 0;
}

static void
fnv_free(void *module)
{
    (void)fnv_clear(module);
}

static PyModuleDef_Slot fnv_slots[] = {
    {Py_mod_exec, fnv_exec},
#ifdef Py_mod_multiple_interpreters /* since 3.12 */
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
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
