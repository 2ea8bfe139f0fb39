"""How a result finds what writes it to a file.

What writes files stands on what makes results, so results can't import it. They ask here, and
``gilext/__init__.py``, which is imported before any module of the package, says who does it.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    Writer = Callable[[Any, Path], None]

_writers: "list[Writer]" = []


def set_writer(write: "Writer") -> None:
    """Have results written to files by a function of a result and a path."""
    _writers[:] = [write]


def save(result: "Any", path: "Path") -> None:
    """Write a result to a file, as the path's suffix says."""
    _writers[0](result, path)
