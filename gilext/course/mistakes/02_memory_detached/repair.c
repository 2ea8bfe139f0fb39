/* Takes memory from the allocator that needs no thread state. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

static PyObject *
count_distinct(PyObject *Py_UNUSED(module), PyObject *argument)
{
    Py_buffer view;
    if (PyObject_GetBuffer(argument, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    long count = -1;
    Py_BEGIN_ALLOW_THREADS
    /* the repair: the Raw functions need no thread state */
    char *seen = PyMem_RawMalloc(256);
    if (seen != NULL) {
        memset(seen, 0, 256);
        count = 0;
        for (Py_ssize_t place = 0; place < view.len; place++) {
            unsigned char byte = ((unsigned char *)view.buf)[place];
            count += !seen[byte];
            seen[byte] = 1;
        }
        PyMem_RawFree(seen);
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    return count < 0 ? PyErr_NoMemory() : PyLong_FromLong(count);
}

static PyMethodDef methods[] = {
    {"count_distinct", count_distinct, METH_O, NULL},
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
    .m_name = "repair",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_repair(void)
{
    return PyModuleDef_Init(&definition);
}
