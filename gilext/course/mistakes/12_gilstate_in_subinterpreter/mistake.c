/* Attaches a thread of its own with PyGILState_Ensure, whatever interpreter started it. */
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
    /* the mistake: attaches to the main one */
    PyGILState_STATE state = PyGILState_Ensure();
    question->seen = PyInterpreterState_GetID(PyInterpreterState_Get());
    PyGILState_Release(state);
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
    .m_name = "mistake",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_mistake(void)
{
    return PyModuleDef_Init(&definition);
}
