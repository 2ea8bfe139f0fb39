/* 05: the tiny call.

   checksum() releases the GIL in each call. Most calls have a few dozen bytes, and are over in less
   time than it takes to release the GIL and take it back. And a thread that has released it may
   have to wait until it gets it back.

   Release the GIL only in calls that are long enough. */

#include <Python.h>

static unsigned long long
sum_of(const unsigned char *bytes, Py_ssize_t size)
{
    unsigned long long sum = 0;
    for (Py_ssize_t i = 0; i < size; i++) {
        sum = (sum << 1 | sum >> 63) ^ bytes[i];
    }
    return sum;
}

static PyObject *
checksum(PyObject *Py_UNUSED(module), PyObject *data)
{
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    unsigned long long sum;
    if (view.len > 2048) {
        sum = sum_of(view.buf, view.len);
    }
    else {
        Py_BEGIN_ALLOW_THREADS
        sum = sum_of(view.buf, view.len);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&view);
    return PyLong_FromUnsignedLongLong(sum);
}

static PyMethodDef methods[] = {
    {"checksum", checksum, METH_O, NULL},
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
