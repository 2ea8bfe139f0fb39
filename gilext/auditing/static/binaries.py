"""The headers and symbol tables of compiled files, and texts that stand in them.

Files that others made are read by `gilext.auditing.static.reader`, which calls this in a process of its
own.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from dataclasses import replace
from io import BufferedReader
from pathlib import Path

from gilext.auditing.results import Binary
from gilext.auditing.static.formats import (
    UNIVERSAL_MAGICS,
    UnreadableBinary,
    read_elf,
    read_macho,
    read_pe,
)
from gilext.auditing.static.symbols import LOOKS_UP, is_of_python

__all__ = ["MAX_FILE_BYTES", "UnreadableBinary", "read_binary"]

MAX_FILE_BYTES = 1 << 30
_CHUNK_BYTES = 1 << 24
# <mach-o/loader.h>, in both orders of bytes
_MACHO_MAGICS = UNIVERSAL_MAGICS | {
    bytes.fromhex(one) for one in ("feedface", "cefaedfe", "feedfacf", "cffaedfe")
}


def read_binary(path: Path | BufferedReader, marks: Collection[str] = ()) -> Binary:
    """Read what a compiled file refers to.

    Parameters
    ----------
    path : Path or file
        The file, which must be no symbolic link; or one that is open for reading bytes.
    marks : collection of str
        ASCII texts to look for in all of its bytes. They are looked for if it names anything of
        CPython's, or may look up names as it runs; another file is taken to have none of them.

    Returns
    -------
    Binary

    Raises
    ------
    UnreadableBinary
        If it can't be opened, is no regular file, is larger than `MAX_FILE_BYTES`, of no known
        format, or damaged.
    """
    if not isinstance(path, Path):
        return _read(path, marks)
    with _opened(path) as file:
        return _read(file, marks)


def _opened(path: Path) -> BufferedReader:
    try:
        return open(path, "rb", opener=_open)
    except (OSError, ValueError) as error:
        if path.is_symlink():
            raise UnreadableBinary("is a symbolic link") from None
        reason = error.strerror if isinstance(error, OSError) else error
        raise UnreadableBinary(f"can't be opened: {reason}") from None


def _open(path: str, flags: int) -> int:
    """Open what may be a link, or a pipe that nobody writes to."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _read(file: BufferedReader, marks: Collection[str]) -> Binary:
    size = _checked_size(os.fstat(file.fileno()))
    file.seek(0)
    magic = file.read(4)
    file.seek(0)
    if magic == b"\x7fELF":
        found = read_elf(file, size)
    elif magic in _MACHO_MAGICS:
        found = read_macho(file, size)
    elif magic.startswith(b"MZ"):
        found = read_pe(file, size)
    else:
        raise UnreadableBinary("is no ELF, Mach-O or PE file")
    if marks and _may_have_marks(found):
        file.seek(0)
        found = replace(found, marks=_marks_in(file, marks))
    return found


def _checked_size(status: os.stat_result) -> int:
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableBinary("is no regular file")
    if status.st_size == 0:
        raise UnreadableBinary("is empty")
    if status.st_size > MAX_FILE_BYTES:
        raise UnreadableBinary(
            f"is too large: it has {status.st_size:,} bytes, and at most {MAX_FILE_BYTES:,} are read"
        )
    return status.st_size


def _may_have_marks(found: Binary) -> bool:
    return any(
        is_of_python(name) or name in LOOKS_UP for names in (found.imports, found.exports)
        for name in names
    )  # fmt: skip


def _marks_in(file: BufferedReader, marks: Collection[str]) -> frozenset[str]:
    """Return which of the texts a file has, reading it piece by piece."""
    missing = {mark.encode("ascii"): mark for mark in marks}
    found = set()
    longest = max(map(len, missing))
    piece = b""
    while missing and (more := file.read(_CHUNK_BYTES)):
        piece = piece[-longest:] + more
        for mark in [mark for mark in missing if mark in piece]:
            found.add(missing.pop(mark))
    return frozenset(found)
