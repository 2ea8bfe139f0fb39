/* Says nothing about the GIL, so a free-threaded build switches it on. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *
add(PyObject *Py_UNUSED(module), PyObject *args)
{
    long first, second;
    if (!PyArg_ParseTuple(args, "ll", &first, &second)) {
        return NULL;
    }
    return PyLong_FromLong(first + second);
}

static PyMethodDef methods[] = {
    {"add", add, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    /* the mistake: no Py_mod_gil, which means that the module needs the GIL */
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
