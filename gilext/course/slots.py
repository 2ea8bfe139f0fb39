"""Read what a module declares, from the slots of its definition.

The layout is that of ``PyModuleDef`` in CPython's ``moduleobject.h``, which belongs to the stable
ABI.
"""

from __future__ import annotations

import ctypes
from types import ModuleType

# Py_mod_gil in moduleobject.h, and, since 3.15, its other number in slots_generated.h.
_GIL_SLOTS = (4, 87)
_GIL_NOT_USED = 1


class _Slot(ctypes.Structure):
    _fields_ = (("slot", ctypes.c_int), ("value", ctypes.c_void_p))


class _Definition(ctypes.Structure):
    _fields_ = (
        ("object", ctypes.c_char * object.__basicsize__),
        ("init", ctypes.c_void_p),
        ("index", ctypes.c_ssize_t),
        ("copy", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("doc", ctypes.c_char_p),
        ("size", ctypes.c_ssize_t),
        ("methods", ctypes.c_void_p),
        ("slots", ctypes.POINTER(_Slot)),
    )


def declares_gil_not_used(module: ModuleType) -> bool:
    """Return whether a module has the slot `Py_mod_gil` with `Py_MOD_GIL_NOT_USED`."""
    definition_of = ctypes.pythonapi.PyModule_GetDef
    definition_of.restype = ctypes.POINTER(_Definition)
    definition_of.argtypes = (ctypes.py_object,)
    definition = definition_of(module)
    if not definition or not definition.contents.slots:
        return False
    slots = definition.contents.slots
    index = 0
    while slots[index].slot != 0:
        if slots[index].slot in _GIL_SLOTS:
            return bool(slots[index].value == _GIL_NOT_USED)
        index += 1
    return False
