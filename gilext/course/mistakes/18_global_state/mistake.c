/* Keeps what belongs to an interpreter in a variable of the process. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *home;

static PyObject *
home_interpreter(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return Py_NewRef(home);
}

static PyMethodDef methods[] = {
    {"home_interpreter", home_interpreter, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "mistake",
    /* the mistake: one state for the whole process, in static variables */
    .m_size = -1,
    .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_mistake(void)
{
    home = PyLong_FromLongLong(PyInterpreterState_GetID(PyInterpreterState_Get()));
    return home == NULL ? NULL : PyModule_Create(&definition);
}
