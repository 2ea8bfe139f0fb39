/* 17: the foreign thread.

   call_in_thread(callback) starts a thread of its own in C, which calls callback(), and waits until
   it has ended. What the callback raises goes to sys.unraisablehook.

   Libraries do the same: for audio, for a network, for a GUI. It crashes. Make it work, and let
   other threads run while call_in_thread() waits. */

#include <Python.h>
#include <pthread.h>

static void *
call_back(void *argument)
{
    PyObject *callback = argument;
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *returned = PyObject_CallNoArgs(callback);
    if (returned == NULL) {
        PyErr_WriteUnraisable(callback);
    }
    Py_XDECREF(returned);
    PyGILState_Release(state);
    return NULL;
}

static PyObject *
call_in_thread(PyObject *Py_UNUSED(module), PyObject *callback)
{
    pthread_t thread;
    int error = pthread_create(&thread, NULL, call_back, callback);
    if (error != 0) {
        errno = error;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    pthread_join(thread, NULL);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"call_in_thread", call_in_thread, METH_O, NULL},
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
