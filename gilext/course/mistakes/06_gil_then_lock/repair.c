/* Waits for its own lock with the GIL released. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pthread.h>

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static long written = 0;

static PyObject *
write_with(PyObject *Py_UNUSED(module), PyObject *formatter)
{
    Py_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(&log_lock);
    Py_END_ALLOW_THREADS
    PyObject *line = PyObject_CallNoArgs(formatter);
    written += line != NULL;
    pthread_mutex_unlock(&log_lock);
    return line;
}

static PyObject *
count_lines(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    Py_BEGIN_ALLOW_THREADS
    /* the repair: the lock's holder can have the GIL */
    pthread_mutex_lock(&log_lock);
    Py_END_ALLOW_THREADS
    long count = written;
    pthread_mutex_unlock(&log_lock);
    return PyLong_FromLong(count);
}

static PyMethodDef methods[] = {
    {"write_with", write_with, METH_O, NULL},
    {"count_lines", count_lines, METH_NOARGS, NULL},
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
