/* Calls a Python function from a thread that has no thread state. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <errno.h>
#include <pthread.h>

static void *
tell(void *callback)
{
    /* the mistake: this thread isn't attached */
    PyObject *result = PyObject_CallNoArgs(callback);
    Py_XDECREF(result);
    return NULL;
}

static PyObject *
tell_from_a_thread(PyObject *Py_UNUSED(module), PyObject *callback)
{
    pthread_t thread;
    int error;
    Py_BEGIN_ALLOW_THREADS
    error = pthread_create(&thread, NULL, tell, callback);
    if (error == 0) {
        error = pthread_join(thread, NULL);
    }
    Py_END_ALLOW_THREADS
    if (error != 0) {
        errno = error;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"tell_from_a_thread", tell_from_a_thread, METH_O, NULL},
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
