"""Where a module or a package is, by its name; nothing is imported to find that."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from importlib.machinery import SOURCE_SUFFIXES, ModuleSpec, PathFinder
from pathlib import Path

from gilext.auditing.targets.binary_names import is_of_this_python


def places_of(name: str) -> list[Path]:
    """Return the files and the folders that an import of a name would take.

    Parameters
    ----------
    name : str
        ``"yaml"``, ``"numpy.linalg"``.

    Returns
    -------
    list of pathlib.Path
        A file, a package's folder, or the several folders of a namespace package; empty if there
        is no such module, or it is built into the interpreter.
    """
    top, *rest = name.split(".")
    if not all(map(str.isidentifier, (top, *rest))):
        return []
    spec = _spec_of_top(top)
    if spec is None:
        return []
    if spec.submodule_search_locations is not None:
        places = [Path(one) for one in spec.submodule_search_locations]
        # Any folder here would do for a namespace package, `dist` as well.
        if spec.origin is None and places == [Path.cwd() / top]:
            return []
    else:
        places = [Path(spec.origin)] if spec.has_location and spec.origin else []
    for part in rest:
        places = _below(places, part)
    return places


def _spec_of_top(name: str) -> ModuleSpec | None:
    """Return the spec of what has no parent: only the finder of an editable install isn't a path.

    The finders of the path come first: some of the others build what they find.
    """
    spec = PathFinder.find_spec(name)
    if spec is not None:
        return spec
    try:
        return importlib.util.find_spec(name)
    except (ImportError, AttributeError, ValueError):
        return None


def _below(folders: Sequence[Path], name: str) -> list[Path]:
    """Return where a part of a dotted name is: a package, else a module, else a namespace."""
    namespaces = []
    for folder in folders:
        place = folder / name
        if any((place / f"__init__{suffix}").is_file() for suffix in SOURCE_SUFFIXES):
            return [place]
        try:
            beside = sorted(folder.iterdir())
        except OSError:
            continue
        for file in beside:
            stem, _, rest = file.name.partition(".")
            if stem == name and (f".{rest}" in SOURCE_SUFFIXES or is_of_this_python(file.name)):
                return [file]
        if place.is_dir():
            namespaces.append(place)
    return namespaces
