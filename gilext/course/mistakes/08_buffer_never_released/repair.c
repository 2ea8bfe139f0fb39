/* Releases the view once it has read the buffer. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *
parity(PyObject *Py_UNUSED(module), PyObject *argument)
{
    Py_buffer view;
    if (PyObject_GetBuffer(argument, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    unsigned char all = 0;
    for (Py_ssize_t place = 0; place < view.len; place++) {
        all ^= ((unsigned char *)view.buf)[place];
    }
    /* the repair: on each way out that has a view */
    PyBuffer_Release(&view);
    return PyLong_FromLong(all);
}

static PyMethodDef methods[] = {
    {"parity", parity, METH_O, NULL},
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
    .m_name = "repair",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_repair(void)
{
    return PyModuleDef_Init(&definition);
}
