/* gilext.refcount, is_immortal, and what inspect_refs and check_leaks read: counts as they are. */

#include "cpython/frame_state.h"
#include "references/heap.h"
#include "native.h"

static bool
is_immortal_object(PyObject *object)
{
#if PY_VERSION_HEX >= 0x030E0000
    return PyUnstable_IsImmortal(object) != 0;
#elif PY_VERSION_HEX >= 0x030C0000
    return _Py_IsImmortal(object) != 0;
#else
    (void)object;
    return false;
#endif
}

/* The call has a reference of its own, on the stack of the frame that calls; since 3.14 the
   interpreter may have lent it the one of a local variable instead. */
static PyObject *
refcount(PyObject *Py_UNUSED(module), PyObject *object)
{
    Py_ssize_t count = Py_REFCNT(object);
    bool has_own = !is_immortal_object(object) && !frame_state_lends(object);
    return PyLong_FromSsize_t(count - has_own);
}

static PyObject *
is_immortal(PyObject *Py_UNUSED(module), PyObject *object)
{
    return PyBool_FromLong(is_immortal_object(object));
}

/* On a free-threaded build the count has two parts: of the thread that owns the object, and of
   all others. The lowest two bits of the shared part are flags (PEP 703). */
static PyObject *
refcount_parts(PyObject *Py_UNUSED(module), PyObject *object)
{
#ifdef Py_GIL_DISABLED
    uintptr_t owner = _Py_atomic_load_uintptr_relaxed(&object->ob_tid);
    uint32_t local = _Py_atomic_load_uint32_relaxed(&object->ob_ref_local);
    Py_ssize_t shared = _Py_atomic_load_ssize_relaxed(&object->ob_ref_shared);
    return Py_BuildValue("KInn", (unsigned long long)owner, local, shared >> _Py_REF_SHARED_SHIFT,
                         shared & _Py_REF_SHARED_FLAG_MASK);
#else
    (void)object;
    Py_RETURN_NONE;
#endif
}

static PyObject *
heap_bytes(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    uint64_t bytes;
    if (!heap_bytes_in_use(&bytes)) {
        Py_RETURN_NONE;
    }
    return PyLong_FromUnsignedLongLong(bytes);
}

PyDoc_STRVAR(refcount_doc,
             "refcount($module, object, /)\n--\n\n"
             "Return how many references to an object there are, without the one of this call.\n\n"
             "For an immortal object it is CPython's fixed number, which counts nothing.");
PyDoc_STRVAR(is_immortal_doc,
             "is_immortal($module, object, /)\n--\n\n"
             "Return whether an object's references aren't counted, as PEP 683 has it since 3.12.");
PyDoc_STRVAR(refcount_parts_doc,
             "refcount_parts($module, object, /)\n--\n\n"
             "On a free-threaded build: owner's thread, local part, shared part, flags; else None.");
PyDoc_STRVAR(heap_bytes_doc,
             "heap_bytes($module)\n--\n\n"
             "Return the bytes that malloc() has given out, or None where that can't be told.");

static PyMethodDef refcount_functions[] = {
    {"refcount", refcount, METH_O, refcount_doc},
    {"is_immortal", is_immortal, METH_O, is_immortal_doc},
    {"refcount_parts", refcount_parts, METH_O, refcount_parts_doc},
    {"heap_bytes", heap_bytes, METH_NOARGS, heap_bytes_doc},
    {NULL, NULL, 0, NULL},
};

int
add_refcounts(PyObject *module)
{
    return PyModule_AddFunctions(module, refcount_functions);
}
