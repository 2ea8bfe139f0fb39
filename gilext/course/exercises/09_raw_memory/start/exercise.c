/* 09: memory in a released block.

   median(numbers) returns the median of a buffer of unsigned bytes. It sorts a copy of them, with
   the GIL released.

   Under PYTHONDEVMODE=1 the interpreter ends the process at the first call. Make it right, and
   keep the sorting released. */

#include <Python.h>

static int
compare(const void *left, const void *right)
{
    return *(const unsigned char *)left - *(const unsigned char *)right;
}

/* Sorts a copy of the bytes, and returns the one in the middle; or -1 if there is no memory. */
static int
median_of(const void *bytes, size_t size)
{
    unsigned char *copy = PyMem_Malloc(size);
    if (copy == NULL) {
        return -1;
    }
    memcpy(copy, bytes, size);
    qsort(copy, size, 1, compare);
    int middle = copy[size / 2];
    PyMem_Free(copy);
    return middle;
}

static PyObject *
median(PyObject *Py_UNUSED(module), PyObject *arg)
{
    Py_buffer view;
    if (PyObject_GetBuffer(arg, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    if (view.len == 0) {
        PyBuffer_Release(&view);
        PyErr_SetString(PyExc_ValueError, "no numbers");
        return NULL;
    }
    int middle;
    Py_BEGIN_ALLOW_THREADS
    middle = median_of(view.buf, (size_t)view.len);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    return middle < 0 ? PyErr_NoMemory() : PyLong_FromLong(middle);
}

static PyMethodDef methods[] = {
    {"median", median, METH_O, NULL},
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
