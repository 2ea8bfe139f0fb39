"""Why a free-threaded build has a GIL: it was asked for, or a module was loaded that needs it."""

from __future__ import annotations

import sys
from importlib.machinery import EXTENSION_SUFFIXES
from types import ModuleType

from gilext._native import module_definition

_SUFFIXES = tuple(EXTENSION_SUFFIXES)


def fixed() -> bool | None:
    """Return whether an option or a variable has the GIL on or off for good; None if neither."""
    setting = getattr(sys.flags, "gil", None)
    return None if setting is None else bool(setting)


def asked_by() -> str | None:
    """Return what asked for a GIL at the start of this free-threaded process, if anything did."""
    if not fixed():
        return None
    # An option comes before a variable, which the program may have changed by now.
    return f"-X gil={sys._xoptions['gil']}" if "gil" in sys._xoptions else "PYTHON_GIL=1"


def loaded_extensions() -> list[tuple[str, str, ModuleType]]:
    """Return the extension modules in ``sys.modules``: names, paths, and the modules.

    They come in the order in which their imports ended. Modules that load when they are first used
    aren't loaded by this.
    """
    found = []
    for name, module in list(sys.modules.items()):
        if isinstance(module, ModuleType):
            path = object.__getattribute__(module, "__dict__").get("__file__")
            if isinstance(path, str) and path.endswith(_SUFFIXES):
                found.append((name, path, module))
    return found


def modules_that_need_gil() -> tuple[str, ...]:
    """Return the names of the loaded modules for which a free-threaded build has a GIL.

    The GIL comes back with the first and stays, so the others would have done the same.
    """
    return tuple(
        name for name, _, module in loaded_extensions() if module_definition(module)[2] is True
    )
