/* Detaches only on builds that have a GIL. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdatomic.h>

static atomic_int is_running;

static void
compute(long rounds)
{
    for (volatile long number = 0; number < rounds; number++) {
    }
}

static PyObject *
run(PyObject *Py_UNUSED(module), PyObject *argument)
{
    long rounds = PyLong_AsLong(argument);
    if (rounds == -1 && PyErr_Occurred()) {
        return NULL;
    }
#ifdef Py_GIL_DISABLED
    atomic_store(&is_running, 1);
    /* the mistake: stays attached, and what stops all threads waits for it */
    compute(rounds);
    atomic_store(&is_running, 0);
#else
    Py_BEGIN_ALLOW_THREADS
    atomic_store(&is_running, 1);
    compute(rounds);
    atomic_store(&is_running, 0);
    Py_END_ALLOW_THREADS
#endif
    Py_RETURN_NONE;
}

static PyObject *
runs(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(atomic_load(&is_running));
}

static PyMethodDef methods[] = {
    {"run", run, METH_O, NULL},
    {"runs", runs, METH_NOARGS, NULL},
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
