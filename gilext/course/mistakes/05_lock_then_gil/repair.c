/* Releases its own lock before it acquires the GIL. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pthread.h>
#include <time.h>

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;

static void
read_from_disk(void)
{
    const struct timespec delay = {.tv_nsec = 1000000};
    nanosleep(&delay, NULL);
}

static PyObject *
load(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    Py_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(&cache_lock);
    read_from_disk();
    /* the repair: holds no lock when it waits for the GIL */
    pthread_mutex_unlock(&cache_lock);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyObject *
clear(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    pthread_mutex_lock(&cache_lock);
    pthread_mutex_unlock(&cache_lock);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"load", load, METH_NOARGS, NULL},
    {"clear", clear, METH_NOARGS, NULL},
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
