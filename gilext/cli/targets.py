"""The files that a recording is written to."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gilext.recording.files import SUFFIX
from gilext.recording.results import Recording
from gilext.render import files

FOLDER = "folder"  # of the recordings of several processes


@dataclass(frozen=True, slots=True)
class Target:
    """A file to write: its name as it was given, its absolute path, and the kind of the file."""

    name: str
    path: Path
    kind: str


def target_of(name: Path, kind: str | None = None) -> Target:
    """Return where to write, as an absolute path: a program may change its folder.

    Raises
    ------
    ValueError, ImportError
        If that can't be written, or not as this kind; without a kind, the suffix decides.
    """
    kind = files.kind_of(name) if kind is None else kind
    path = name.absolute()
    files.check_target(path, kind)
    if path.is_dir() and kind != FOLDER:
        raise ValueError(f"{str(name)!r} is a folder")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ValueError(f"{str(name)!r} can't be written")
    return Target(str(name), path, kind)


def why_not_written(recording: Recording, target: Target) -> str | None:
    """Write one file; return why that failed, or None."""
    if target.kind in (SUFFIX, FOLDER):
        return None  # it has been written all along
    try:
        files.save(recording, target.path, target.kind)
    except Exception as error:  # whatever it is, the other files must be written
        return getattr(error, "strerror", None) or str(error) or type(error).__name__
    return None


def line_of_written(recording: Recording, target: Target) -> str:
    """Write one file, and return a line that says so, or why it failed."""
    reason = why_not_written(recording, target)
    if reason is None:
        return f"Written: {target.name}\n"
    return f"gilext: can't write {target.name!r}: {reason}\n"
