"""What there is to read of a package, before anything of it is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gilext.auditing.results import Finding, Packaged


class UnknownTarget(ValueError):
    """There is nothing of the name that was given, or nothing that can be audited."""


@dataclass(frozen=True, slots=True)
class BinaryFile:
    """A compiled file.

    Attributes
    ----------
    path : str
        Where it is in its package, with slashes.
    file : pathlib.Path or None
        Where it can be read, until the next file is asked for; None if it can't be.
    module : str or None
        The full name of the module that it would be; None if no import could load it.
    error : str or None
        Why it can't be read.
    """

    path: str
    file: Path | None
    module: str | None
    error: str | None = None


@dataclass(slots=True)
class Package:
    """What there is to read of a distribution, an import package or a folder.

    Attributes
    ----------
    name : str
        The distribution's, or what the target was called.
    packaged : Packaged or None
        Its metadata; None if it has none.
    files : iterator of BinaryFile
        Its compiled files; each is there to be read until the next is asked for. To be closed if
        it isn't taken to its end.
    findings : list of Finding
        What its metadata and the reading have to say; complete when `files` is at its end.
    error : str or None
        Why there is nothing to read.
    is_installed : bool
        Whether an interpreter finds its modules by their names.
    wheel : pathlib.Path or None
        The wheel that it is; None if it is none.
    """

    name: str
    packaged: Packaged | None
    files: Iterator[BinaryFile]
    findings: list[Finding] = field(default_factory=list)
    error: str | None = None
    is_installed: bool = False
    wheel: Path | None = None
