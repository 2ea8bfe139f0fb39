#include <Python.h>

static PyObject *
hello(PyObject *Py_UNUSED(module), PyObject *name)
{
    return PyUnicode_FromFormat("hello, %S", name);
}

static PyMethodDef fnv_methods[] = {{"hello", hello, METH_O, "Greet."}, {NULL, NULL, 0, NULL}};

static struct PyModuleDef fnv_module = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "fnv",
    .m_size = -1,
    .m_methods = fnv_methods,
};

PyMODINIT_FUNC
PyInit_fnv(void)
{
    return PyModule_Create(&fnv_module);
}
