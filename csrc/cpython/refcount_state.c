/* Everything here but refcount_state_is_immortal() reads fields that CPython may change in any
   feature release. On a version that is not listed, a call counts as one reference, and the parts
   of a count are unknown. */

#ifndef Py_BUILD_CORE_MODULE
#define Py_BUILD_CORE_MODULE 1
#endif

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "cpython/refcount_state.h"

#include <stddef.h>

#include <opcode.h>

#include "os/memory.h"

bool
refcount_state_is_immortal(PyObject *object)
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

#if !defined(PYPY_VERSION) && PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x03100000

#include "internal/pycore_code.h"
#include "internal/pycore_frame.h"
#if PY_VERSION_HEX >= 0x030E0000
#include "internal/pycore_interpframe_structs.h"
#endif

/* -- what the calling frame does -------------------------------------------------------------- */

#if PY_VERSION_HEX >= 0x030E0000

/* The stack's slots are tagged: a C function gets an array of its own. */
static bool
is_on_stack(PyObject *const *args)
{
    (void)args;
    return false;
}

/* Whether an argument of the call is this object, and what the tags of its slot are then. The
   arguments lie on top of the stack. */
static bool
find_argument(const void *object, uintptr_t *tags)
{
    enum { NEAR_THE_TOP = 4, TAGS = 7 };
    const struct _PyInterpreterFrame *frame = PyThreadState_Get()->current_frame;
    const _PyStackRef *top = frame == NULL ? NULL : frame->stackpointer;
    for (int i = 1; top != NULL && i <= NEAR_THE_TOP && top - i >= frame->localsplus; i++) {
        if ((top[-i].bits & ~(uintptr_t)TAGS) == (uintptr_t)object) {
            *tags = top[-i].bits & TAGS;
            return true;
        }
    }
    return false;
}

/* Whether the caller lent its stack the reference of a variable: the lowest bit says so. */
static bool
is_lent(const void *object)
{
    uintptr_t tags;
    return find_argument(object, &tags) && (tags & 1) != 0;
}

static bool
is_unpacked_here(const PyTupleObject *tuple)
{
    uintptr_t tags;
    return find_argument(tuple, &tags) && (tags & 1) == 0;
}

#else

static struct _PyInterpreterFrame *
calling_frame(void)
{
#if PY_VERSION_HEX < 0x030D0000
    return PyThreadState_Get()->cframe->current_frame;
#else
    return PyThreadState_Get()->current_frame;
#endif
}

static bool
is_on_stack(PyObject *const *args)
{
    struct _PyInterpreterFrame *frame = calling_frame();
    if (frame == NULL) {
        return false;
    }
#if PY_VERSION_HEX < 0x030D0000
    const PyCodeObject *code = frame->f_code;
#else
    const PyCodeObject *code = _PyFrame_GetCode(frame);
#endif
    PyObject *const *start = frame->localsplus + code->co_nlocalsplus;
    return args >= start && args < start + code->co_stacksize;
}

static bool
is_lent(const void *object)
{
    (void)object;
    return false;
}

/* Of a list, f(*l) makes a tuple that never comes to the stack: so the instruction tells. */
static bool
is_unpacked_here(const PyTupleObject *Py_UNUSED(tuple))
{
    struct _PyInterpreterFrame *frame = calling_frame();
    if (frame == NULL) {
        return false;
    }
#if PY_VERSION_HEX < 0x030C0000
    return _Py_OPCODE(*frame->prev_instr) == CALL_FUNCTION_EX;
#else
#if PY_VERSION_HEX < 0x030D0000
    int instruction = frame->prev_instr->op.code;
#else
    int instruction = frame->instr_ptr->op.code;
#endif
    return instruction == CALL_FUNCTION_EX || instruction == INSTRUMENTED_CALL_FUNCTION_EX;
#endif
}

#endif

/* -- whose reference a call's argument is ---------------------------------------------------- */

/* `args` may lie anywhere, and before it may lie nothing at all. */
static bool
is_tuple_of_one(const PyTupleObject *tuple)
{
    PyVarObject head;
    return memory_copy(&head, tuple, sizeof head) && Py_TYPE((PyObject *)&head) == &PyTuple_Type &&
           Py_SIZE(&head) == 1;
}

/* f(x) has x on the stack, which owns it or (since 3.14) borrows it of a variable. f(*t) passes on
   the items of t: they are the call's if the tuple is, and else the tuple's. C code that passes on
   the items of a tuple, such as functools.partial, keeps that tuple. Any other C code, such as
   map(), holds what it calls a function with. */
Py_ssize_t
refcount_state_of_call(PyObject *const *args)
{
    if (is_on_stack(args)) {
        return 1;
    }
    uintptr_t around = (uintptr_t)args - offsetof(PyTupleObject, ob_item);
    if (is_tuple_of_one((const PyTupleObject *)around)) {
        return is_unpacked_here((const PyTupleObject *)around) &&
               Py_REFCNT((PyObject *)around) == 1;
    }
    return !is_lent(args[0]);
}

#else

Py_ssize_t
refcount_state_of_call(PyObject *const *args)
{
    (void)args;
    return 1;
}

#endif

/* -- a count of two parts -------------------------------------------------------------------- */

#if !defined(Py_GIL_DISABLED)

enum refcount_split
refcount_state_split(PyObject *object, struct refcount_parts *parts)
{
    (void)object;
    *parts = (struct refcount_parts){.owner = 0};
    return REFCOUNT_IS_WHOLE;
}

#elif PY_VERSION_HEX < 0x03100000

/* The lowest two bits of the shared part are flags. */
enum refcount_split
refcount_state_split(PyObject *object, struct refcount_parts *parts)
{
    Py_ssize_t shared = _Py_atomic_load_ssize_relaxed(&object->ob_ref_shared);
    *parts = (struct refcount_parts){
        .owner = _Py_atomic_load_uintptr_relaxed(&object->ob_tid),
        .local = _Py_atomic_load_uint32_relaxed(&object->ob_ref_local),
        .shared = shared >> _Py_REF_SHARED_SHIFT,
        .flags = shared & _Py_REF_SHARED_FLAG_MASK,
    };
    return REFCOUNT_IS_SPLIT;
}

#else

enum refcount_split
refcount_state_split(PyObject *object, struct refcount_parts *parts)
{
    (void)object;
    *parts = (struct refcount_parts){.owner = 0};
    return REFCOUNT_LAYOUT_UNKNOWN;
}

#endif
