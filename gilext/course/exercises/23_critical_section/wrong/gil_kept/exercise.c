/* 23: the critical section.

   Total().add(server) asks a server for an amount, from 0 to 255, and adds it to the attribute
   `value`. The critical section is there for builds without a GIL.

   If two threads add to one total, some amounts get lost, with a GIL and without. Mend it in such
   a way that neither thread has to wait for the other one's server. */

#include <Python.h>
#include <structmember.h>
#include <unistd.h>

#if PY_VERSION_HEX < 0x030D0000 /* 3.13 brought them; with a GIL they are a pair of braces */
#define Py_BEGIN_CRITICAL_SECTION(object) {
#define Py_END_CRITICAL_SECTION() }
#endif

struct total {
    PyObject_HEAD
    long value;
};

/* Asks a server for an amount, and returns it, or -1. */
static int
ask(int server)
{
    unsigned char amount;
    if (write(server, "?", 1) < 0 || read(server, &amount, 1) < 0) {
        return -1;
    }
    return amount;
}

static PyObject *
total_add(PyObject *self, PyObject *args)
{
    struct total *total = (struct total *)self;
    int server;
    if (!PyArg_ParseTuple(args, "i:add", &server)) {
        return NULL;
    }
    int amount;
    amount = ask(server);
    if (amount < 0) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    Py_BEGIN_CRITICAL_SECTION(self);
    total->value += amount;
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

static PyMethodDef total_methods[] = {
    {"add", total_add, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef total_members[] = {
    {"value", T_LONG, offsetof(struct total, value), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot total_slots[] = {
    {Py_tp_methods, total_methods},
    {Py_tp_members, total_members},
    {0, NULL},
};

static PyType_Spec total_spec = {
    .name = "exercise.Total",
    .basicsize = sizeof(struct total),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = total_slots,
};

static int
module_exec(PyObject *module)
{
    PyObject *type = PyType_FromModuleAndSpec(module, &total_spec, NULL);
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
