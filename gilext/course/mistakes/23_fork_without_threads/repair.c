/* Starts its thread again in a forked child. */
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
begin_again(void)
{
    pthread_mutex_init(&lock, NULL);
    pthread_cond_init(&changed, NULL);
    /* the repair: a forked child runs this, and has no other thread */
    has_worker = 0;
}

static void
start_worker(void)
{
    static int is_registered;
    pthread_t thread;
    if (!is_registered) {
        is_registered = pthread_atfork(NULL, NULL, begin_again) == 0;
    }
    has_worker = pthread_create(&thread, NULL, work, NULL) == 0;
}

static long
square_in_worker(long number)
{
    pthread_mutex_lock(&lock);
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
    .m_name = "repair",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_repair(void)
{
    return PyModuleDef_Init(&definition);
}
