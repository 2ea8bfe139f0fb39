#include <Python.h>

/* What one module object owns. Each interpreter that imports fnv has a module of its own. */
struct state {
    PyObject *error;
};

static PyObject *
hello(PyObject *module, PyObject *name)
{
    int is_true = PyObject_IsTrue(name);
    if (is_true < 0) {
        return NULL;
    }
    if (!is_true) {
        struct state *state = PyModule_GetState(module);
        PyErr_SetString(state->error, "there is nobody to greet");
        return NULL;
    }
    return PyUnicode_FromFormat("hello, %S", name);
}

static PyMethodDef fnv_methods[] = {{"hello", hello, METH_O, "Greet."}, {NULL, NULL, 0, NULL}};

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
