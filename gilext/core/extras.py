"""Packages that only a part of gilext needs, and that an extra installs."""

from __future__ import annotations

from importlib.util import find_spec


def check_extra(what: str, extra: str, *modules: str) -> None:
    """See that what an extra installs is there.

    Parameters
    ----------
    what : str
        What needs it, as a subject: ``"a picture"``.
    extra : str
        The extra's name: ``"plot"`` of ``gilext[plot]``.
    *modules : str
        The top-level modules that it brings.

    Raises
    ------
    ImportError
        If one is missing; the message says how to install it.
    """
    for module in modules:
        if find_spec(module) is None:
            raise ImportError(f"{what} needs {module}: pip install 'gilext[{extra}]'", name=module)
