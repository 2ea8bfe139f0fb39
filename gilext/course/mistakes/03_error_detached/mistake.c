/* Sets an exception while the thread is detached. */
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
            /* the mistake: the exception goes into the thread state, and there is none */
            PyErr_SetString(PyExc_ValueError, "a byte is above 127");
            total = -1;
            break;
        }
        total += byte;
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    return total < 0 ? NULL : PyLong_FromLong(total);
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
    .m_name = "mistake",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_mistake(void)
{
    return PyModuleDef_Init(&definition);
}
