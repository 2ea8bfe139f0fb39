/* Waits in a forked child for a thread that exists in the parent alone. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int has_worker;
static long job;
static long answer;

static void *
work(void *unused)
{
    pthread_mutex_lock(&lock);
    for (;;) {
        while (job == 0) {
            pthread_cond_wait(&changed, &lock);
        }
        answer = job * job;
        job = 0;
        pthread_cond_broadcast(&changed);
    }
    return unused;
}

static void
start_worker(void)
{
    pthread_t thread;
    has_worker = pthread_create(&thread, NULL, work, NULL) == 0;
}

static long
square_in_worker(long number)
{
    pthread_mutex_lock(&lock);
    /* the mistake: still 1 in a forked child, which has no worker */
    if (!has_worker) {
        start_worker();
    }
    job = has_worker ? number : 0;
    pthread_cond_broadcast(&changed);
    while (job != 0) {
        pthread_cond_wait(&changed, &lock);
    }
    long result = has_worker ? answer : number * number;
    pthread_mutex_unlock(&lock);
    return result;
}

static PyObject *
square(PyObject *Py_UNUSED(module), PyObject *argument)
{
    long number = PyLong_AsLong(argument);
    if (number == -1 && PyErr_Occurred()) {
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    number = square_in_worker(number);
    Py_END_ALLOW_THREADS
    return PyLong_FromLong(number);
}

static PyMethodDef methods[] = {
    {"square", square, METH_O, NULL},
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
