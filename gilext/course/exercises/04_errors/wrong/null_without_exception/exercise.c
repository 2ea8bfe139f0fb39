/* 04: errors after the block.

   digit_sum() adds up the digits in some bytes: digit_sum(b"123") is 6. A byte that is no digit is
   a ValueError that says where it stands. An exception is a Python object, and this one is made
   while the GIL is released.

   Let it raise the same error in a place where that is allowed. */

#include <Python.h>

static PyObject *
digit_sum(PyObject *Py_UNUSED(module), PyObject *data)
{
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    const unsigned char *bytes = view.buf;
    unsigned long sum = 0;
    Py_ssize_t wrong = -1;
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < view.len; i++) {
        if (bytes[i] < '0' || bytes[i] > '9') {
            wrong = i;
            break;
        }
        sum += bytes[i] - '0';
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    return wrong >= 0 ? NULL : PyLong_FromUnsignedLong(sum);
}

static PyMethodDef methods[] = {
    {"digit_sum", digit_sum, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "exercise",
    .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_exercise(void)
{
    return PyModuleDef_Init(&definition);
}
