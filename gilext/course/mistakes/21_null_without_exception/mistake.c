/* Returns NULL, which means an error, and sets no exception. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *
find_byte(PyObject *Py_UNUSED(module), PyObject *args)
{
    Py_buffer view;
    unsigned char wanted;
    if (!PyArg_ParseTuple(args, "y*b", &view, &wanted)) {
        return NULL;
    }
    Py_ssize_t place = 0;
    while (place < view.len && ((unsigned char *)view.buf)[place] != wanted) {
        place++;
    }
    int is_found = place < view.len;
    PyBuffer_Release(&view);
    /* the mistake: NULL and no exception */
    return is_found ? PyLong_FromSsize_t(place) : NULL;
}

static PyMethodDef methods[] = {
    {"find_byte", find_byte, METH_VARARGS, NULL},
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
