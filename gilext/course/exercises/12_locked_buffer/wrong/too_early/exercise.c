/* 12: the buffer that stays locked.

   send(server, data) writes bytes to a server and waits for its answer, one byte, with the GIL
   released. If that fails, it raises an OSError.

   A user's bytearray can't be changed any more after the call: "Existing exports of data: object
   cannot be re-sized". Make it free again after each call, and keep it in place during the call. */

#include <Python.h>
#include <unistd.h>

/* Writes bytes to a server, and reads its answer of one byte; returns 0, or the error. */
static int
ask(int server, const void *data, size_t size, unsigned char *answer)
{
    if (write(server, data, size) < 0 || read(server, answer, 1) < 0) {
        return errno;
    }
    return 0;
}

static PyObject *
send(PyObject *Py_UNUSED(module), PyObject *args)
{
    int server;
    Py_buffer view;
    if (!PyArg_ParseTuple(args, "iy*:send", &server, &view)) {
        return NULL;
    }
    PyBuffer_Release(&view);
    int error;
    unsigned char answer = 0;
    Py_BEGIN_ALLOW_THREADS
    error = ask(server, view.buf, (size_t)view.len, &answer);
    Py_END_ALLOW_THREADS
    if (error != 0) {
        errno = error;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return PyLong_FromLong(answer);
}

static PyMethodDef methods[] = {
    {"send", send, METH_VARARGS, NULL},
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
