/* gilext._native.Around: a function with something done before and after each call. It passes for
   the function itself as far as attributes tell, and leaves no frame in a traceback. */

#include "native.h"

struct around_object {
    PyObject_HEAD
    PyObject *owned_function;
    PyObject *owned_before; /* called with the same arguments, or None */
    PyObject *owned_after;  /* called without arguments if the function returns, or None */
};

static struct around_object *
around_of(PyObject *self)
{
    return (struct around_object *)self;
}

static PyObject *
around_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"function", "before", "after", NULL};
    PyObject *borrowed_function, *borrowed_before = Py_None, *borrowed_after = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|OO:Around", names, &borrowed_function,
                                     &borrowed_before, &borrowed_after)) {
        return NULL;
    }
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL) {
        struct around_object *around = around_of(self);
        around->owned_function = Py_NewRef(borrowed_function);
        around->owned_before = Py_NewRef(borrowed_before);
        around->owned_after = Py_NewRef(borrowed_after);
    }
    return self;
}

/* What goes wrong there is not the business of the function's caller. */
static void
call_aside(PyObject *function, PyObject *args, PyObject *kwargs)
{
    if (function == Py_None) {
        return;
    }
    PyObject *owned_result = PyObject_Call(function, args, kwargs);
    if (owned_result == NULL) {
        PyErr_WriteUnraisable(function);
    }
    Py_XDECREF(owned_result);
}

static PyObject *
around_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    struct around_object *around = around_of(self);
    call_aside(around->owned_before, args, kwargs);
    PyObject *owned_result = PyObject_Call(around->owned_function, args, kwargs);
    PyObject *owned_none = owned_result == NULL ? NULL : PyTuple_New(0);
    if (owned_none == NULL) {
        Py_XDECREF(owned_result);
        return NULL;
    }
    call_aside(around->owned_after, owned_none, NULL);
    Py_DECREF(owned_none);
    return owned_result;
}

static PyObject *
around_getattro(PyObject *self, PyObject *name)
{
    return PyObject_GetAttr(around_of(self)->owned_function, name);
}

static PyObject *
around_repr(PyObject *self)
{
    return PyObject_Repr(around_of(self)->owned_function);
}

static int
around_traverse(PyObject *self, visitproc visit, void *arg)
{
    struct around_object *around = around_of(self);
    Py_VISIT(around->owned_function);
    Py_VISIT(around->owned_before);
    Py_VISIT(around->owned_after);
    return traverse_type(self, visit, arg);
}

static void
around_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    struct around_object *around = around_of(self);
    PyObject_GC_UnTrack(self);
    Py_XDECREF(around->owned_function);
    Py_XDECREF(around->owned_before);
    Py_XDECREF(around->owned_after);
    type->tp_free(self);
    Py_DECREF(type);
}

PyDoc_STRVAR(around_doc, "Around(function, before=None, after=None)\n--\n\n"
                         "Call `before` with the function's arguments, the function, and if it\n"
                         "returns, `after` with none. What those two raise is unraisable.");

static PyType_Slot around_slots[] = {
    {Py_tp_doc, SLOT(around_doc)},           {Py_tp_new, SLOT(around_new)},
    {Py_tp_dealloc, SLOT(around_dealloc)},   {Py_tp_call, SLOT(around_call)},
    {Py_tp_getattro, SLOT(around_getattro)}, {Py_tp_repr, SLOT(around_repr)},
    {Py_tp_traverse, SLOT(around_traverse)}, {0, NULL},
};

PyType_Spec around_spec = {
    .name = "gilext._native.Around",
    .basicsize = sizeof(struct around_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = around_slots,
};
