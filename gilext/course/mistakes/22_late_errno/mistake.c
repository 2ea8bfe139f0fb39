/* Reads errno after other code has run. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static PyObject *
open_file(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *path;
    PyObject *on_end;
    if (!PyArg_ParseTuple(args, "sO", &path, &on_end)) {
        return NULL;
    }
    int file;
    Py_BEGIN_ALLOW_THREADS
    file = open(path, O_RDONLY | O_CLOEXEC);
    Py_END_ALLOW_THREADS
    PyObject *ignored = PyObject_CallNoArgs(on_end);
    if (ignored == NULL) {
        return NULL;
    }
    Py_DECREF(ignored);
    if (file < 0) {
        /* the mistake: whose errno is it by now? */
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    close(file);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"open_file", open_file, METH_VARARGS, NULL},
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
