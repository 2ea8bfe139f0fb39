/* 06: the borrowed item.

   label(items, index, server) asks a server for a label of items[index], and returns the item and
   its label as a tuple. The GIL is released while it waits for the answer.

   In a busy program it crashes now and then: another thread took the item out of the list while
   label() waited. Make sure that the item is still there when the answer comes. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <unistd.h>

enum { MAX_LABEL = 64 };

/* Writes a question to a server, and reads its answer; returns how long that is, or -1. */
static ssize_t
ask(int server, const void *question, size_t size, char *answer, size_t max)
{
    if (write(server, question, size) < 0) {
        return -1;
    }
    return read(server, answer, max);
}

static PyObject *
label(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *items;
    Py_ssize_t index;
    int server;
    if (!PyArg_ParseTuple(args, "O!ni:label", &PyList_Type, &items, &index, &server)) {
        return NULL;
    }
    PyObject *item = PyList_GetItem(items, index);
    if (item == NULL) {
        return NULL;
    }
    Py_INCREF(items);
    char answer[MAX_LABEL];
    ssize_t length;
    Py_BEGIN_ALLOW_THREADS
    length = ask(server, &index, sizeof index, answer, sizeof answer);
    Py_END_ALLOW_THREADS
    Py_DECREF(items);
    if (length < 0) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return Py_BuildValue("(Os#)", item, answer, (Py_ssize_t)length);
}

static PyMethodDef methods[] = {
    {"label", label, METH_VARARGS, NULL},
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
