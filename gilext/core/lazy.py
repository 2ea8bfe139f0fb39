"""Names of a package that are imported when they are first used."""

TYPE_CHECKING = False  # the typing module is half of our import time
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def lazy_attribute(namespace: "dict[str, Any]", homes: "Mapping[str, str]", name: str) -> "Any":
    """Return what a package's ``__getattr__`` is asked for, and keep it there.

    Parameters
    ----------
    namespace : dict
        The package's globals.
    homes : mapping
        In which of the package's modules each name is.
    name : str
        The name.

    Raises
    ------
    AttributeError
        If it is none of those.
    """
    package = namespace["__name__"]
    if name not in homes:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    from importlib import import_module  # many programs never ask for it

    value = getattr(import_module(f"{package}.{homes[name]}"), name)
    namespace[name] = value
    return value
