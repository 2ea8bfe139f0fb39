/* 03: the buffer.

   checksum() reads bytes that belong to a Python object. While it reads, another thread may run,
   and may make a bytearray shorter or close a memory map: then it reads memory that is gone.

   Protect the memory for as long as it is read, and no longer. */

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
    const unsigned char *bytes = view.buf;
    Py_ssize_t size = view.len;

    unsigned long long sum;
    Py_BEGIN_ALLOW_THREADS
    sum = sum_of(bytes, size);
    PyBuffer_Release(&view);
    Py_END_ALLOW_THREADS
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
