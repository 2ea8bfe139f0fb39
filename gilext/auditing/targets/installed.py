"""What is installed in this environment: distributions, and what can be imported."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator
from difflib import get_close_matches
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from itertools import chain
from pathlib import Path

from gilext.auditing.targets.binary_names import is_binary_name, is_of_this_python, module_name
from gilext.auditing.targets.files import is_below, real, walk
from gilext.auditing.targets.import_places import places_of
from gilext.auditing.targets.metadata import name_of, packaged_of_distribution, text_of
from gilext.auditing.targets.packages import BinaryFile, Package
from gilext.core.report import printable

_MAX_CLOSE = 3
# The first part of each path in a RECORD.
_TOP_LEVEL = re.compile(r"^([^/,.]+)[/,.]", re.MULTILINE)


def package_of_name(name: str) -> Package | None:
    """Return an installed distribution, or what an import of the name would take.

    Parameters
    ----------
    name : str
        ``"PyYAML"``, ``"yaml"``, ``"numpy.linalg"``.

    Returns
    -------
    Package or None
        None if there is neither. What an import takes has the metadata of the one distribution
        that brought it.
    """
    try:
        found = distribution(name)
    except (PackageNotFoundError, ValueError):
        return _package_of_import(name)
    return _installed(package_of_distribution(found, binaries_of(found)))


def packages_of_environment() -> Iterator[Package]:
    """Return every installed distribution that has compiled files, by name."""
    by_name: dict[str, Distribution] = {}
    for one in distributions():
        # The first on the path is the one that is imported.
        by_name.setdefault(name_of(one).lower().replace("_", "-"), one)
    for _, one in sorted(by_name.items()):
        files = binaries_of(one)
        first = next(files, None)
        if first is not None:
            yield _installed(package_of_distribution(one, chain([first], files)))


def _installed(package: Package) -> Package:
    package.is_installed = True
    return package


def close_names(name: str) -> list[str]:
    """Return what is installed under a name like this one."""
    names: set[str] = set()
    for one in distributions():
        names |= {name_of(one), *_import_names(one)}
    return get_close_matches(name.partition(".")[0], sorted(names), n=_MAX_CLOSE)


def package_of_distribution(one: Distribution, files: Iterator[BinaryFile]) -> Package:
    """Return a distribution as a package of these files."""
    packaged, findings = packaged_of_distribution(one)
    return Package(name_of(one), packaged, files, findings)


def binaries_of(one: Distribution) -> Iterator[BinaryFile]:
    """Return the compiled files of an installed distribution that this interpreter may load.

    Those that its RECORD names; if it has none, or only what an editable install leaves there, what
    importing its top-level names would take.
    """
    root = os.path.abspath(str(one.locate_file("")))
    if text_of(one, "RECORD") is not None and not _is_editable(one):
        for path in recorded_binaries(one, root):
            if is_of_this_python(path.name):
                parts = path.relative_to(root).parts
                yield BinaryFile(printable("/".join(parts)), real(path), module_name(parts))
        return
    names = (text_of(one, "top_level.txt") or name_of(one).replace("-", "_")).split()
    for name in names:
        yield from _binaries_of_import(name)


def recorded_binaries(one: Distribution, root: str) -> Iterator[Path]:
    """Return the compiled files that RECORD names, that are there, and below a folder."""
    # Distribution.files stats each file, compiled or not.
    rows = csv.reader((text_of(one, "RECORD") or "").splitlines())
    try:
        names = [row[0] for row in rows if row and is_binary_name(row[0])]
    except csv.Error:
        return
    for name in names:
        path = os.path.normpath(os.path.join(root, name))
        if is_below(path, root) and os.path.isfile(path):
            yield Path(path)


def _is_editable(one: Distribution) -> bool:
    try:
        url = json.loads(text_of(one, "direct_url.json") or "{}")
        return bool(url["dir_info"]["editable"])
    except (ValueError, KeyError, TypeError):
        return False


def _import_names(one: Distribution) -> set[str]:
    """Return the names that a distribution brings to be imported, and perhaps others."""
    listed = text_of(one, "top_level.txt")
    found = listed.split() if listed else _TOP_LEVEL.findall(text_of(one, "RECORD") or "")
    return set(filter(str.isidentifier, found))


def _package_of_import(name: str) -> Package | None:
    if not places_of(name):
        return None
    top = name.partition(".")[0]
    owners = list(
        {name_of(one): one for one in distributions() if top in _import_names(one)}.values()
    )
    files = _binaries_of_import(name)
    if len(owners) != 1:
        return _installed(Package(name, None, files))
    package = package_of_distribution(owners[0], files)
    package.name = name
    return _installed(package)


def _binaries_of_import(name: str) -> Iterator[BinaryFile]:
    parts = name.split(".")
    for place in places_of(name):
        if place.is_dir():
            for path in walk(place, is_of_this_python):
                below = (*parts, *path.relative_to(place).parts)
                yield BinaryFile(printable("/".join(below)), real(path), module_name(below))
        elif is_binary_name(place.name):
            below = (*parts[:-1], place.name)
            yield BinaryFile(printable("/".join(below)), real(place), module_name(below))
