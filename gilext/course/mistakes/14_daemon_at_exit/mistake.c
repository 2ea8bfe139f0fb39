/* Leaves its clean-up for after the block, which a daemon thread may never reach. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdatomic.h>
#include <time.h>

static atomic_int open_files;
static atomic_int is_ending;

static void
sleep_one_millisecond(void)
{
    const struct timespec delay = {.tv_nsec = 1000000};
    nanosleep(&delay, NULL);
}

static PyObject *
write_until_the_end(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    atomic_fetch_add(&open_files, 1);
    Py_BEGIN_ALLOW_THREADS
    while (!atomic_load(&is_ending)) {
        sleep_one_millisecond();
    }
    Py_END_ALLOW_THREADS
    /* the mistake: a daemon thread may never get here */
    atomic_fetch_sub(&open_files, 1);
    Py_RETURN_NONE;
}

static PyObject *
count_open_files(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(atomic_load(&open_files));
}

static PyObject *
finish(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    Py_BEGIN_ALLOW_THREADS
    atomic_store(&is_ending, 1);
    for (int tries = 0; tries < 300 && atomic_load(&open_files) > 0; tries++) {
        sleep_one_millisecond();
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"write_until_the_end", write_until_the_end, METH_NOARGS, NULL},
    {"count_open_files", count_open_files, METH_NOARGS, NULL},
    {"finish", finish, METH_NOARGS, NULL},
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
