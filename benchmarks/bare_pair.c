/* Two empty functions, one with a Py_BEGIN_ALLOW_THREADS pair: what the interpreter itself
   asks for a release. Built by call_cost.py. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *
without_pair(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(argument))
{
    Py_RETURN_NONE;
}

static PyObject *
with_pair(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(argument))
{
    Py_BEGIN_ALLOW_THREADS
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"without_pair", without_pair, METH_O, NULL},
    {"with_pair", with_pair, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "bare_pair",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_bare_pair(void)
{
    return PyModuleDef_Init(&module);
}
