/* 21: state of the module.

   next_number() returns 1, then 2, and so on. A program with two interpreters found that they
   share one sequence of numbers; and since 3.12, an interpreter with a GIL of its own refuses to
   import the module.

   Give each module object numbers of its own. Since 3.12, declare that it supports a GIL for each
   interpreter. */

#include <Python.h>

static long last_number;

static PyObject *
next_number(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    last_number++;
    return PyLong_FromLong(last_number);
}

static PyMethodDef methods[] = {
    {"next_number", next_number, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "exercise",
    .m_size = -1,
    .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_exercise(void)
{
    return PyModule_Create(&definition);
}
