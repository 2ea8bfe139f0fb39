/* fnv.chain_in_thread: work in a thread that Python doesn't know, and a call back from there. */

#include "fnv.h"

#include <errno.h>
#include <pthread.h>

struct job {
    uint64_t rounds;
    PyObject *done; /* borrowed from the caller, which waits until the thread has ended */
#if PY_VERSION_HEX >= 0x030F0000
    PyInterpreterGuard *guard;
#endif
};

static void
call_back(struct job *job, uint64_t hash)
{
    PyObject *answer = PyObject_CallFunction(job->done, "K", (unsigned long long)hash);
    if (answer == NULL) {
        PyErr_WriteUnraisable(job->done);
    }
    Py_XDECREF(answer);
}

static void *
run(void *arg)
{
    struct job *job = arg;
    uint64_t hash = fnv_chain(BASIS, job->rounds); /* not attached: nothing of Python */
#if PY_VERSION_HEX >= 0x030F0000
    PyThreadStateToken *token = PyThreadState_Ensure(job->guard);
    if (token != NULL) {
        call_back(job, hash);
        PyThreadState_Release(token);
    }
#else
    PyGILState_STATE before = PyGILState_Ensure();
    call_back(job, hash);
    PyGILState_Release(before);
#endif
    return NULL;
}

/* Run a job in a thread; return 0, or what pthread_create says. */
static int
run_in_thread(struct job *job)
{
    pthread_t thread;
    int error = pthread_create(&thread, NULL, run, job);
    if (error == 0) {
        Py_BEGIN_ALLOW_THREADS /* the thread needs the GIL before it ends */
        pthread_join(thread, NULL);
        Py_END_ALLOW_THREADS
    }
    return error;
}

PyObject *
chain_in_thread(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *rounds;
    struct job job;
    if (!PyArg_ParseTuple(args, "OO:chain_in_thread", &rounds, &job.done)) {
        return NULL;
    }
    job.rounds = PyLong_AsUnsignedLongLong(rounds);
    if (job.rounds == (uint64_t)-1 && PyErr_Occurred()) {
        return NULL;
    }
#if PY_VERSION_HEX >= 0x030F0000
    job.guard = PyInterpreterGuard_FromCurrent();
    if (job.guard == NULL) {
        return NULL;
    }
    int error = run_in_thread(&job);
    PyInterpreterGuard_Close(job.guard);
#else
    int error = run_in_thread(&job);
#endif
    if (error != 0) {
        errno = error;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    Py_RETURN_NONE;
}
