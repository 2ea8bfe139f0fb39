/* 11: the leak on the way out.

   squares(items) returns a list with the square of each item. If an item can't be multiplied by
   itself, what that raises is raised.

   A service that handles such items grows by 100 MB a day. Make squares() drop what it owns on
   each way out. */

#include <Python.h>

static PyObject *
squares(PyObject *Py_UNUSED(module), PyObject *arg)
{
    PyObject *list = NULL;
    PyObject *items = PySequence_Fast(arg, "squares() takes a sequence");
    if (items == NULL) {
        return NULL;
    }
    Py_ssize_t count = PySequence_Fast_GET_SIZE(items);
    list = PyList_New(count);
    if (list == NULL) {
        goto error;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_Fast_GET_ITEM(items, i);
        PyObject *square = PyNumber_Multiply(item, item);
        if (square == NULL) {
            goto error;
        }
        PyList_SET_ITEM(list, i, square);
    }
    Py_DECREF(items);
    return list;

error:
    Py_XDECREF(list);
    return NULL;
}

static PyMethodDef methods[] = {
    {"squares", squares, METH_O, NULL},
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
