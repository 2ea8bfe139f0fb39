"""The files below a folder, whatever is in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

# What holds no package, and may hold very many files.
_SKIPPED = {".git", ".hg", "__pycache__", "node_modules"}


def walk(
    folder: Path,
    is_wanted: Callable[[str], bool],
    unread: Callable[[OSError], object] = lambda _: None,
) -> Iterator[Path]:
    """Return the files below a folder that are wanted, sorted in each folder, as they are found.

    Links to folders aren't followed, nor are links to files of the same tree.

    Parameters
    ----------
    folder : pathlib.Path
        Where to begin.
    is_wanted : callable
        It gets the name of a file.
    unread : callable
        It gets the error of each folder that can't be read.

    Yields
    ------
    pathlib.Path
    """
    root = os.path.realpath(folder)
    for where, folders, names in os.walk(folder, onerror=unread):
        folders[:] = sorted(one for one in folders if one not in _SKIPPED)
        for path in (os.path.join(where, name) for name in sorted(filter(is_wanted, names))):
            leads_here = os.path.islink(path) and is_below(os.path.realpath(path), root)
            if os.path.isfile(path) and not leads_here:
                yield Path(path)


def is_below(path: str, folder: str) -> bool:
    """Return whether a path, of which no part is ``..``, leads below a folder."""
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def real(path: Path) -> Path:
    """Return the file that a path leads to: what reads binaries refuses links."""
    return Path(os.path.realpath(path))
