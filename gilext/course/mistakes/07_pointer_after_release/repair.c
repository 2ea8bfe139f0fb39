/* Keeps the view for as long as it reads from the buffer. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *
total(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer view;
    PyObject *on_start;
    if (!PyArg_ParseTuple(args, "y*O", &view, &on_start)) {
        return NULL;
    }
    const unsigned char *bytes = view.buf;
    Py_ssize_t length = view.len;

    PyObject *ignored = PyObject_CallNoArgs(on_start);
    long sum = 0;
    for (Py_ssize_t place = 0; ignored != NULL && place < length; place++) {
        sum += bytes[place];
    }
    PyBuffer_Release(&view); /* the repair: after the last access */
    if (ignored == NULL) {
        return NULL;
    }
    Py_DECREF(ignored);
    return PyLong_FromLong(sum);
}

static PyMethodDef methods[] = {
    {"total", total, METH_VARARGS, NULL},
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
