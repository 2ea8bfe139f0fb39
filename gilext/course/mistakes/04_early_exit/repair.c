/* Leaves the loop, and not the block. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *
product_of(PyObject *Py_UNUSED(module), PyObject *argument)
{
    Py_buffer view;
    if (PyObject_GetBuffer(argument, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    unsigned long product = 1;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t place = 0; place < view.len; place++) {
        product *= ((unsigned char *)view.buf)[place];
        if (product == 0) {
            break; /* the repair: goes on at Py_END_ALLOW_THREADS */
        }
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    return PyLong_FromUnsignedLong(product);
}

static PyMethodDef methods[] = {
    {"product_of", product_of, METH_O, NULL},
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
