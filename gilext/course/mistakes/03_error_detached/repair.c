/* Notes what is wrong while detached, and sets the exception after that. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *
sum_of(PyObject *Py_UNUSED(module), PyObject *argument)
{
    Py_buffer view;
    if (PyObject_GetBuffer(argument, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    long total = 0;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t place = 0; place < view.len; place++) {
        unsigned char byte = ((unsigned char *)view.buf)[place];
        if (byte > 127) {
            total = -1;
            break;
        }
        total += byte;
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    if (total < 0) {
        /* the repair: attached again */
        PyErr_SetString(PyExc_ValueError, "a byte is above 127");
        return NULL;
    }
    return PyLong_FromLong(total);
}

static PyMethodDef methods[] = {
    {"sum_of", sum_of, METH_O, NULL},
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
