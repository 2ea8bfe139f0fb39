/* Functions of newer CPythons for the older ones, as pythoncapi-compat has them. */

#ifndef GILEXT_COMPAT_H
#define GILEXT_COMPAT_H

#include <Python.h>

#if PY_VERSION_HEX < 0x030C0000

static inline PyObject *
PyErr_GetRaisedException(void)
{
    PyObject *type, *error, *traceback;
    PyErr_Fetch(&type, &error, &traceback);
    PyErr_NormalizeException(&type, &error, &traceback);
    if (traceback != NULL) {
        PyException_SetTraceback(error, traceback);
    }
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return error;
}

static inline void
PyErr_SetRaisedException(PyObject *error)
{
    PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    Py_DECREF(error);
}

#endif

#if PY_VERSION_HEX < 0x030D0000

static inline PyObject *
PyList_GetItemRef(PyObject *list, Py_ssize_t index)
{
    PyObject *item = PyList_GetItem(list, index);
    Py_XINCREF(item);
    return item;
}

#define Py_BEGIN_CRITICAL_SECTION(object) {
#define Py_END_CRITICAL_SECTION() }

#endif

#endif
