/* 19: lost updates.

   Checksum().add(data) adds the bytes of some data to a sum, and the attribute `value` is that sum
   modulo 65521. The GIL is released while it adds.

   If two threads add to the same Checksum, its value is wrong. Make it right, and let them go on
   adding at the same time. */

#include <Python.h>
#include <stdatomic.h>

enum { MODULUS = 65521 };

struct checksum {
    PyObject_HEAD
    atomic_ulong sum;
};

static void
add_bytes(atomic_ulong *sum, const unsigned char *bytes, Py_ssize_t size)
{
    unsigned long own = 0;
    for (Py_ssize_t i = 0; i < size; i++) {
        own += bytes[i];
    }
    atomic_fetch_add(sum, own);
}

static PyObject *
checksum_add(PyObject *self, PyObject *data)
{
    struct checksum *checksum = (struct checksum *)self;
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    add_bytes(&checksum->sum, view.buf, view.len);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

static PyObject *
checksum_value(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromUnsignedLong(((struct checksum *)self)->sum % MODULUS);
}

static PyMethodDef checksum_methods[] = {
    {"add", checksum_add, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef checksum_getset[] = {
    {"value", checksum_value, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot checksum_slots[] = {
    {Py_tp_methods, checksum_methods},
    {Py_tp_getset, checksum_getset},
    {0, NULL},
};

static PyType_Spec checksum_spec = {
    .name = "exercise.Checksum",
    .basicsize = sizeof(struct checksum),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = checksum_slots,
};

static int
module_exec(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &checksum_spec, NULL);
    if (type == NULL) {
        return -1;
    }
    int failed = PyModule_AddType(module, (PyTypeObject *)type);
    Py_DECREF(type);
    return failed;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "exercise",
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_exercise(void)
{
    return PyModuleDef_Init(&definition);
}
