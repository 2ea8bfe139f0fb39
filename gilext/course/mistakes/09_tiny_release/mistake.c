/* Releases the GIL for a single machine instruction. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *
is_odd(PyObject *Py_UNUSED(module), PyObject *argument)
{
    long number = PyLong_AsLong(argument);
    if (number == -1 && PyErr_Occurred()) {
        return NULL;
    }
    int odd;
    Py_BEGIN_ALLOW_THREADS /* the mistake: this costs more than the work */
    odd = (number & 1) != 0;
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(odd);
}

static PyMethodDef methods[] = {
    {"is_odd", is_odd, METH_O, NULL},
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
