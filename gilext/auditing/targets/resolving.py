"""What a user may name to be audited, and what there is to read of it. Nothing is imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from gilext.auditing.targets.binary_names import is_binary_name
from gilext.auditing.targets.files import real
from gilext.auditing.targets.folders import module_of_file, packages_of_folder
from gilext.auditing.targets.installed import close_names, package_of_name
from gilext.auditing.targets.packages import BinaryFile, Package, UnknownTarget
from gilext.auditing.targets.wheels import read_wheel
from gilext.core.report import printable

_ARCHIVES = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")


def packages_of(target: str | os.PathLike[str]) -> Iterator[Package]:
    """Return what there is to read of a target, one package after the other.

    What has a separator of paths, or is a file, is a path. Anything else is a name: of an
    installed distribution, of something that can be imported, or, if there is neither, of a folder.

    Parameters
    ----------
    target : str or os.PathLike
        ``"PyYAML"``, ``"yaml"``, ``"numpy.linalg"``, ``"dist/"``, ``"x.whl"``, ``"x.so"``, …

    Yields
    ------
    Package
        Whose files are to be taken, or closed, before the next is asked for.

    Raises
    ------
    UnknownTarget
        If there is nothing of this name, or nothing that can be audited; the message says what
        may have been meant.
    """
    if not os.fspath(target):
        raise UnknownTarget("an empty text names nothing to audit")
    path = Path(target)
    if is_path(target):
        yield from _at(path)
        return
    name = str(target)
    package = package_of_name(name)
    if package is not None:
        yield package
    elif path.is_dir():
        yield from _at(path)
    elif name in sys.builtin_module_names:
        raise UnknownTarget(f"{name!r} is built into the interpreter: it has no file to audit")
    else:
        raise UnknownTarget(_unknown(name))


def is_path(target: str | os.PathLike[str]) -> bool:
    """Return whether a target is taken for a path, whatever may be installed."""
    if not isinstance(target, str):
        return True
    separators = {os.sep, os.altsep or os.sep, "/"}
    try:
        is_there = os.path.lexists(target) and not os.path.isdir(target)
    except ValueError:
        return False
    return is_there or target in (".", "..") or any(one in target for one in separators)


def _at(path: Path) -> Iterator[Package]:
    shown = printable(str(path))
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError) as error:
        raise UnknownTarget(f"{shown} can't be read: {error}") from None
    if is_folder:
        yield from packages_of_folder(path)
    elif not is_file:
        what = "is no regular file" if os.path.lexists(path) else "doesn't exist"
        raise UnknownTarget(f"{shown} {what}")
    elif path.suffix == ".whl":
        yield read_wheel(path)
    elif is_binary_name(path.name):
        name = printable(path.name)
        yield Package(name, None, iter([BinaryFile(name, real(path), module_of_file(path))]))
    elif path.name.endswith(_ARCHIVES):
        raise UnknownTarget(
            f"{shown} is a source archive: nothing in it is compiled. Build its wheels, and audit "
            "the folder that they are in (`python -m build`, `gilext audit dist/`)"
        )
    else:
        raise UnknownTarget(
            f"{shown} is neither a wheel nor a compiled file (.so, .pyd, .dylib, .dll)"
        )


def _unknown(name: str) -> str:
    said = f"there is no distribution, module or file {name!r}"
    if is_binary_name(name) or name.endswith((".whl", *_ARCHIVES)):
        return said
    close = close_names(name)
    hint = f"; did you mean {' or '.join(map(repr, close))}?" if close else ""
    return f"{said} in this environment ({sys.prefix}){hint}"
