/* Uses a borrowed reference after other threads have run. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdatomic.h>
#include <time.h>

static atomic_int is_waiting;
static atomic_int may_go_on;

static void
wait_for_data(void)
{
    const struct timespec delay = {.tv_nsec = 1000000};
    atomic_store(&is_waiting, 1);
    while (!atomic_load(&may_go_on)) {
        nanosleep(&delay, NULL);
    }
}

static PyObject *
size_of_first(PyObject *Py_UNUSED(module), PyObject *list)
{
    /* the mistake: the list's reference, not ours */
    PyObject *first = PyList_GetItem(list, 0);
    if (first == NULL || !PyBytes_Check(first)) {
        return PyErr_Format(PyExc_TypeError, "the first item has to be bytes");
    }
    Py_BEGIN_ALLOW_THREADS
    wait_for_data();
    Py_END_ALLOW_THREADS
    return PyLong_FromSsize_t(PyBytes_GET_SIZE(first));
}

static PyObject *
waits(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(atomic_load(&is_waiting));
}

static PyObject *
go_on(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    atomic_store(&may_go_on, 1);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"size_of_first", size_of_first, METH_O, NULL},
    {"waits", waits, METH_NOARGS, NULL},
    {"go_on", go_on, METH_NOARGS, NULL},
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
