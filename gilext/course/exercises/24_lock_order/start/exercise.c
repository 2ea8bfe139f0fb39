/* 24: one lock, then the other.

   Account(number, balance) has a mutex that guards the balance. move(source, target, amount) locks
   both accounts and moves an amount from one to the other. It raises ValueError if there isn't
   enough. No two accounts have the same number.

   A bank that runs it in several threads stands still within a day. Mend move(). Leave take() and
   drop() as they are: they also log what was locked, and lock_log() shows that to the check. */

#include <Python.h>
#include <pthread.h>
#include <stdbool.h>

enum { MAX_LOG = 16 };

struct account {
    PyObject_HEAD
    int number;
    long balance;
    pthread_mutex_t mutex;
};

static _Thread_local int lock_log[MAX_LOG];
static _Thread_local int log_length;

static void
take(struct account *account)
{
    pthread_mutex_lock(&account->mutex);
    if (log_length < MAX_LOG) {
        lock_log[log_length++] = account->number;
    }
}

static void
drop(struct account *account)
{
    if (log_length < MAX_LOG) {
        lock_log[log_length++] = -account->number;
    }
    pthread_mutex_unlock(&account->mutex);
}

/* Moves an amount from one account to another; returns whether there was enough of it. */
static bool
move_locked(struct account *source, struct account *target, long amount)
{
    take(source);
    take(target);
    bool is_enough = source->balance >= amount;
    if (is_enough) {
        source->balance -= amount;
        target->balance += amount;
    }
    drop(target);
    drop(source);
    return is_enough;
}

static PyObject *
move(PyObject *module, PyObject *args)
{
    PyObject *type = *(PyObject **)PyModule_GetState(module);
    PyObject *source;
    PyObject *target;
    long amount;
    if (!PyArg_ParseTuple(args, "O!O!l:move", type, &source, type, &target, &amount)) {
        return NULL;
    }
    bool is_enough;
    log_length = 0;
    Py_BEGIN_ALLOW_THREADS
    is_enough = move_locked((struct account *)source, (struct account *)target, amount);
    Py_END_ALLOW_THREADS
    if (!is_enough) {
        PyErr_SetString(PyExc_ValueError, "there isn't enough in the account");
        return NULL;
    }
    Py_RETURN_NONE;
}

/* The numbers of the accounts that the last move() locked, and, negative, of those unlocked. */
static PyObject *
get_lock_log(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    PyObject *list = PyList_New(0);
    for (int i = 0; list != NULL && i < log_length; i++) {
        PyObject *number = PyLong_FromLong(lock_log[i]);
        if (number == NULL || PyList_Append(list, number) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(number);
    }
    return list;
}

static PyObject *
account_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(kwargs))
{
    int number;
    long balance;
    if (!PyArg_ParseTuple(args, "il:Account", &number, &balance)) {
        return NULL;
    }
    struct account *account = (struct account *)type->tp_alloc(type, 0);
    if (account != NULL) {
        account->number = number;
        account->balance = balance;
        pthread_mutex_init(&account->mutex, NULL);
    }
    return (PyObject *)account;
}

static void
account_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    pthread_mutex_destroy(&((struct account *)self)->mutex);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
account_balance(PyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(((struct account *)self)->balance);
}

static PyGetSetDef account_getset[] = {
    {"balance", account_balance, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot account_slots[] = {
    {Py_tp_new, account_new},
    {Py_tp_dealloc, account_dealloc},
    {Py_tp_getset, account_getset},
    {0, NULL},
};

static PyType_Spec account_spec = {
    .name = "exercise.Account",
    .basicsize = sizeof(struct account),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = account_slots,
};

static PyMethodDef methods[] = {
    {"move", move, METH_VARARGS, NULL},
    {"lock_log", get_lock_log, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static int
module_exec(PyObject *module)
{
    PyObject **type = PyModule_GetState(module);
    *type = PyType_FromModuleAndSpec(module, &account_spec, NULL);
    return *type == NULL ? -1 : PyModule_AddType(module, (PyTypeObject *)*type);
}

static int
module_traverse(PyObject *module, visitproc visit, void *arg)
{
    Py_VISIT(*(PyObject **)PyModule_GetState(module));
    return 0;
}

static int
module_clear(PyObject *module)
{
    Py_CLEAR(*(PyObject **)PyModule_GetState(module));
    return 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "exercise",
    .m_size = sizeof(PyObject *),
    .m_methods = methods,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
};

PyMODINIT_FUNC
PyInit_exercise(void)
{
    return PyModuleDef_Init(&definition);
}
