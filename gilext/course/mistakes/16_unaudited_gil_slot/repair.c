/* Says that it doesn't need the GIL, and makes what threads share atomic. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdatomic.h>

static atomic_long hits;

static PyObject *
count_hits(PyObject *Py_UNUSED(module), PyObject *argument)
{
    long times = PyLong_AsLong(argument);
    if (times == -1 && PyErr_Occurred()) {
        return NULL;
    }
    for (long done = 0; done < times; done++) {
        /* the repair: one step, whatever other threads do */
        atomic_fetch_add(&hits, 1);
    }
    return PyLong_FromLong(atomic_load(&hits));
}

static PyMethodDef methods[] = {
    {"count_hits", count_hits, METH_O, NULL},
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
