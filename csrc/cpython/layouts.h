/* Which versions of CPython have frames whose private layout is known here. Includes Python.h as
   CPython's own code does: for the files of this room alone. */

#ifndef GILEXT_LAYOUTS_H
#define GILEXT_LAYOUTS_H

#ifndef Py_BUILD_CORE_MODULE
#define Py_BUILD_CORE_MODULE 1
#endif

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#if !defined(PYPY_VERSION) && PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x03100000
#define GILEXT_KNOWS_FRAMES 1
#include "internal/pycore_code.h"
#include "internal/pycore_frame.h"
#if PY_VERSION_HEX >= 0x030E0000
#include "internal/pycore_interpframe_structs.h"
#endif

#include "os/memory.h"

/* Whether a copied object is of one of the interpreter's own types, which lie in its program. */
static inline bool
is_exactly_of(const struct memory_source *source, const void *copy, const PyTypeObject *type)
{
    return (const void *)Py_TYPE((PyObject *)copy) == memory_address(source, type);
}

#endif

#endif
