/* Attaches a thread of its own to the interpreter that started it. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pthread.h>

struct question {
    PyInterpreterState *asked_by;
    int64_t seen;
};

static void *
look_around(void *data)
{
    struct question *question = data;
    /* the repair: names it */
    PyThreadState *state = PyThreadState_New(question->asked_by);
    PyEval_RestoreThread(state);
    question->seen = PyInterpreterState_GetID(PyInterpreterState_Get());
    PyThreadState_Clear(state);
    PyThreadState_DeleteCurrent();
    return NULL;
}

static PyObject *
interpreters(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    struct question question = {.asked_by = PyInterpreterState_Get()};
    pthread_t thread;
    if (pthread_create(&thread, NULL, look_around, &question) != 0) {
        return PyErr_NoMemory();
    }
    Py_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Py_END_ALLOW_THREADS
    long long own = PyInterpreterState_GetID(question.asked_by);
    return Py_BuildValue("LL", own, (long long)question.seen);
}

static PyMethodDef methods[] = {
    {"interpreters", interpreters, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#ifdef Py_mod_multiple_interpreters
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
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
