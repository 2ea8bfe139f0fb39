"""What the name of a compiled file says: whether it is one, its module, the ABI it is for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.machinery import EXTENSION_SUFFIXES

_BINARY = re.compile(r"\.(so(\.[0-9][0-9a-z_.]*)?|pyd|dylib|dll)\Z", re.IGNORECASE)
_MODULE = re.compile(r"(?P<stem>[^.]+)(\.(?P<tag>[^.]+))?\.(so|pyd)$", re.IGNORECASE)
# cpython-313-x86_64-linux-gnu, cpython-314t-darwin, cp313-win_amd64, abi3, abi3t-darwin
_ABI = re.compile(r"(?:cpython-|cp)(?P<version>3[0-9]+[a-z]*)(?:-|$)|(?P<stable>abi3t?)(?:-|$)")


def is_binary_name(name: str) -> bool:
    """Return whether a file is compiled code, by its name: ``"a.so"``, ``"liba.so.1"``."""
    return _BINARY.search(name) is not None


def module_name(parts: Sequence[str]) -> str | None:
    """Return the full name of the module that a file would be.

    Parameters
    ----------
    parts : sequence of str
        Its folders below where imports begin, and its name.

    Returns
    -------
    str or None
        None if no import statement could load it.
    """
    *folders, name = parts
    match = _MODULE.fullmatch(name)
    if match is None:
        return None
    names = [*folders, match["stem"]]
    if names[-1] == "__init__":
        del names[-1]
    return ".".join(names) if names and all(map(str.isidentifier, names)) else None


def abi_of_name(name: str) -> str | None:
    """Return the ABI that a module's file name bears, as a wheel's tag has it.

    Parameters
    ----------
    name : str
        The name of the file, or its path.

    Returns
    -------
    str or None
        ``"cp313"``, ``"cp314t"``, ``"abi3"``, ``"abi3t"``; None if the name bears none of CPython.
    """
    match = _MODULE.fullmatch(name.rpartition("/")[2])
    if match is None or (abi := _ABI.match(match["tag"] or "")) is None:
        return None
    return abi["stable"] or f"cp{abi['version']}"


def is_of_this_python(name: str) -> bool:
    """Return whether a file is compiled code that isn't for another Python, by its name."""
    if _MODULE.fullmatch(name) is None:
        return is_binary_name(name)
    is_plain = name.count(".") == 1
    return is_plain or name.endswith(tuple(one for one in EXTENSION_SUFFIXES if one.count(".") > 1))
