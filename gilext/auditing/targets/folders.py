"""Folders: of binaries, of wheels, an unpacked wheel, a site-packages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PathDistribution
from itertools import chain
from pathlib import Path

from gilext.auditing.importing.environments import Interpreter
from gilext.auditing.targets.binary_names import is_binary_name, module_name
from gilext.auditing.targets.files import real, walk
from gilext.auditing.targets.installed import package_of_distribution, recorded_binaries
from gilext.auditing.targets.packages import BinaryFile, Package, UnknownTarget
from gilext.auditing.targets.wheels import read_wheel
from gilext.core.report import printable

_SITES = ("site-packages", "dist-packages")


def packages_of_folder(folder: Path) -> Iterator[Package]:
    """Return what there is to read in a folder, and below it.

    Parameters
    ----------
    folder : pathlib.Path
        A folder. If ``*.dist-info`` folders are in it, each is a package; so is each wheel, and
        all else that is compiled is one more.

    Yields
    ------
    Package

    Raises
    ------
    UnknownTarget
        If it can't be read, or nothing in it is compiled.
    """
    claimed: set[str] = set()
    found_any = False
    for distribution in _distributions(folder):
        recorded = [_file(one, folder) for one in recorded_binaries(distribution, str(folder))]
        claimed.update(one.path for one in recorded)
        if recorded:
            found_any = True
            yield package_of_distribution(distribution, iter(recorded))
    for path in walk(folder, lambda name: name.endswith(".whl")):
        found_any = True
        yield read_wheel(path)
    files = (one for one in _binaries(folder) if one.path not in claimed)
    first = next(files, None)
    if first is not None:
        yield Package(printable(str(folder)), None, chain([first], files))
    elif not found_any:
        raise UnknownTarget(_nothing_in(folder))


def packages_of_interpreter(interpreter: Interpreter) -> Iterator[Package]:
    """Return what there is to read in another interpreter's folders of installed packages.

    What an editable install finds elsewhere isn't among it.
    """
    for path in dict.fromkeys(map(Path, interpreter.paths)):
        if path.name in _SITES and path.is_dir():
            with suppress(UnknownTarget):
                for package in packages_of_folder(path):
                    package.is_installed = True
                    yield package


def module_of_file(path: Path) -> str | None:
    """Return the full name of the module that a file would be, by the packages that it is in."""
    parts = [path.name]
    for folder in path.absolute().parents:
        if not (folder / "__init__.py").is_file():
            break
        parts.insert(0, folder.name)
    return module_name(parts)


def _file(path: Path, root: Path) -> BinaryFile:
    parts = path.relative_to(os.path.normpath(root)).parts
    return BinaryFile(printable("/".join(parts)), real(path), module_name(parts))


def _binaries(folder: Path) -> Iterator[BinaryFile]:
    """Return the compiled files below a folder, and the folders that can't be read."""
    unread: list[OSError] = []
    for path in walk(folder, is_binary_name, unread.append):
        relative = path.relative_to(folder).as_posix()
        yield BinaryFile(printable(relative), real(path), module_of_file(path))
    for error in unread:
        where = os.path.relpath(error.filename, folder)
        yield BinaryFile(printable(where), None, None, error.strerror or type(error).__name__)


def _distributions(folder: Path) -> Iterator[PathDistribution]:
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise UnknownTarget(f"{printable(str(folder))} can't be read: {error.strerror}") from None
    for name in names:
        if name.endswith(".dist-info") and (folder / name).is_dir():
            yield PathDistribution(folder / name)


def _nothing_in(folder: Path) -> str:
    said = f"nothing in {printable(str(folder))} is compiled"
    if any(name.endswith((".tar.gz", ".zip")) for name in os.listdir(folder)):
        said += ": there is a source archive, whose wheels have to be built first"
    return said
