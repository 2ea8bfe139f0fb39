/* gilext.refcount, is_immortal, and what inspect_refs reads: counts as they are. */

#include "cpython/refcount_state.h"
#include "native.h"

static PyObject *
refcount(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs != 1) {
        return PyErr_Format(PyExc_TypeError, "refcount() takes one object, not %zd", nargs);
    }
    Py_ssize_t count = Py_REFCNT(args[0]);
    if (!refcount_state_is_immortal(args[0])) {
        count -= refcount_state_of_call(args);
    }
    return PyLong_FromSsize_t(count);
}

static PyObject *
is_immortal(PyObject *Py_UNUSED(module), PyObject *object)
{
    return PyBool_FromLong(refcount_state_is_immortal(object));
}

static PyObject *
refcount_parts(PyObject *module, PyObject *object)
{
    struct refcount_parts parts;
    switch (refcount_state_split(object, &parts)) {
    case REFCOUNT_IS_SPLIT:
        return Py_BuildValue("KILL", (unsigned long long)parts.owner, parts.local,
                             (long long)parts.shared, (long long)parts.flags);
    case REFCOUNT_LAYOUT_UNKNOWN:
        return raise_unsupported_interpreter(module, "reference counts");
    case REFCOUNT_IS_WHOLE:
    default:
        Py_RETURN_NONE;
    }
}

PyDoc_STRVAR(refcount_doc,
             "refcount($module, object, /)\n--\n\n"
             "Return how many references to an object there are, without the one of this call.\n\n"
             "A variable, an attribute or an item counts as one, and so does the tuple that\n"
             "``refcount(*arguments)`` or a functools.partial passes on. C code that calls it has\n"
             "a reference of its own, as map() does; sorted() lends its list's, which then isn't\n"
             "counted.\n"
             "For an immortal object it is CPython's fixed number, which counts nothing.");
PyDoc_STRVAR(is_immortal_doc,
             "is_immortal($module, object, /)\n--\n\n"
             "Return whether an object's references aren't counted (PEP 683, since 3.12).");
PyDoc_STRVAR(refcount_parts_doc,
             "refcount_parts($module, object, /)\n--\n\n"
             "On a free-threaded build: owner's thread, local and shared part, flags; else None.");

PyMethodDef refcount_functions[] = {
    {"refcount", METHOD(refcount), METH_FASTCALL, refcount_doc},
    {"is_immortal", is_immortal, METH_O, is_immortal_doc},
    {"refcount_parts", refcount_parts, METH_O, refcount_parts_doc},
    {NULL, NULL, 0, NULL},
};
