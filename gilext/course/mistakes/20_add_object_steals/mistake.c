/* Forgets that PyModule_AddObject doesn't take the reference if it fails. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *
publish(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *target, *value;
    const char *name;
    if (!PyArg_ParseTuple(args, "OsO", &target, &name, &value)) {
        return NULL;
    }
    Py_INCREF(value);
    if (PyModule_AddObject(target, name, value) < 0) {
        /* the mistake: the reference is still ours, and nobody drops it */
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"publish", publish, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "mistake",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_mistake(void)
{
    return PyModuleDef_Init(&definition);
}
