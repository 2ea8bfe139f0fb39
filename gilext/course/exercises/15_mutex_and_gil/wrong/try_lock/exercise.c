/* 15: the mutex and the GIL.

   A Line is a connection to a server; its attribute `server`, a file descriptor, can be set anew.
   Line.ask(question) writes a question of one byte and returns the answer. A mutex keeps a second
   thread from asking before the first has its answer.

   As soon as two threads ask at the same time, the whole program stops for good. Let the second
   thread wait without stopping the others. */

#include <Python.h>
#include <pthread.h>
#include <structmember.h>
#include <unistd.h>

struct line {
    PyObject_HEAD
    int server;
    pthread_mutex_t mutex;
};

/* Writes a question to a server, and reads its answer; returns 0, or the error. */
static int
ask_server(int server, unsigned char question, unsigned char *answer)
{
    if (write(server, &question, 1) < 0 || read(server, answer, 1) < 0) {
        return errno;
    }
    return 0;
}

static PyObject *
line_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(kwargs))
{
    int server;
    if (!PyArg_ParseTuple(args, "i:Line", &server)) {
        return NULL;
    }
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL) {
        ((struct line *)self)->server = server;
        pthread_mutex_init(&((struct line *)self)->mutex, NULL);
    }
    return self;
}

static void
line_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    pthread_mutex_destroy(&((struct line *)self)->mutex);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
line_ask(PyObject *self, PyObject *args)
{
    struct line *line = (struct line *)self;
    unsigned char question;
    unsigned char answer = 0;
    if (!PyArg_ParseTuple(args, "b:ask", &question)) {
        return NULL;
    }
    int error;
    if (pthread_mutex_trylock(&line->mutex) != 0) {
        PyErr_SetString(PyExc_RuntimeError, "the line is busy");
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    error = ask_server(line->server, question, &answer);
    pthread_mutex_unlock(&line->mutex);
    Py_END_ALLOW_THREADS
    if (error != 0) {
        errno = error;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    return PyLong_FromLong(answer);
}

static PyMethodDef line_methods[] = {
    {"ask", line_ask, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef line_members[] = {
    {"server", T_INT, offsetof(struct line, server), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot line_slots[] = {
    {Py_tp_new, line_new},
    {Py_tp_dealloc, line_dealloc},
    {Py_tp_methods, line_methods},
    {Py_tp_members, line_members},
    {0, NULL},
};

static PyType_Spec line_spec = {
    .name = "exercise.Line",
    .basicsize = sizeof(struct line),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = line_slots,
};

static int
module_exec(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &line_spec, NULL);
    if (type == NULL) {
        return -1;
    }
    int failed = PyModule_AddType(module, (PyTypeObject *)type);
    Py_DECREF(type);
    return failed;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "exercise",
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_exercise(void)
{
    return PyModuleDef_Init(&definition);
}
