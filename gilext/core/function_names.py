"""What a function is called in a report."""

from __future__ import annotations

from functools import partial


def function_name(fn: object) -> str:
    """Return a function's qualified name; failing that its name, as for ctypes, or its repr().

    A `functools.partial` has the name of its function.
    """
    for attribute in ("__qualname__", "__name__"):
        name = getattr(fn, attribute, None)
        if isinstance(name, str) and name:
            return name
    return function_name(fn.func) if isinstance(fn, partial) else repr(fn)
