/* 08: the error that was overwritten.

   read_byte(file, done) reads one byte from a file descriptor, then calls done(), whether or not
   a byte came. If read() failed it raises an OSError; if done() failed, what that raised.

   The OSError often has the wrong number. Make it the one that read() failed with. */

#include <Python.h>
#include <unistd.h>

static PyObject *
read_byte(PyObject *Py_UNUSED(module), PyObject *args)
{
    int file;
    PyObject *done;
    if (!PyArg_ParseTuple(args, "iO:read_byte", &file, &done)) {
        return NULL;
    }
    char byte;
    ssize_t length;
    Py_BEGIN_ALLOW_THREADS
    length = read(file, &byte, 1);
    Py_END_ALLOW_THREADS
    PyObject *returned = PyObject_CallNoArgs(done);
    if (returned == NULL) {
        return NULL;
    }
    Py_DECREF(returned);
    int error = errno;
    if (length < 0) {
        errno = error;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return PyBytes_FromStringAndSize(&byte, length);
}

static PyMethodDef methods[] = {
    {"read_byte", read_byte, METH_VARARGS, NULL},
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
