/* Reads a field that CPython may change in any feature release: its slot Py_mod_gil, or what
   PyUnstable_Module_SetGIL() made of it. */

#ifndef Py_BUILD_CORE_MODULE
#define Py_BUILD_CORE_MODULE 1
#endif

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "cpython/module_object.h"

#if defined(Py_GIL_DISABLED) && PY_VERSION_HEX >= 0x030D0000 && PY_VERSION_HEX < 0x03100000
#include <stdbool.h>

#include "internal/pycore_moduleobject.h"

enum module_gil
module_object_gil(PyObject *module)
{
#if PY_VERSION_HEX >= 0x030F0000
    bool needs_gil = ((PyModuleObject *)module)->md_requires_gil;
#else
    bool needs_gil = ((PyModuleObject *)module)->md_gil == Py_MOD_GIL_USED;
#endif
    return needs_gil ? MODULE_NEEDS_GIL : MODULE_NEEDS_NO_GIL;
}

#else

enum module_gil
module_object_gil(PyObject *Py_UNUSED(module))
{
    return MODULE_GIL_UNKNOWN;
}

#endif
