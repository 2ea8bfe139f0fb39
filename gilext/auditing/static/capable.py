"""What a compiled file could do, by the names that it and the libraries of its package refer to."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import PurePath

from gilext.auditing.results import Binary, Capable
from gilext.auditing.static.bindings import MARKS as BINDING_MARKS
from gilext.auditing.static.bindings import bindings_of
from gilext.auditing.static.symbols import (
    BORROWED,
    EXPORT_HOOKS,
    HOOKS,
    LOCKS,
    LOOKS_UP,
    MULTI_PHASE,
    RELEASES,
    SETS_GIL,
    SINGLE_PHASE,
    TAKES,
    file_name,
    is_of_python,
    is_of_threads,
)
from gilext.auditing.targets.binary_names import abi_of_name

MARKS = BINDING_MARKS | RELEASES
"""What a `BinaryReader` has to look for, so that its binaries can be judged."""

_FIRST_VERSION = (3, 2)
_LIBRARIES = (
    (re.compile(r"python3(\d+)(t?)(?:_d)?\.dll$", re.IGNORECASE), "cp3{}{}"),
    (re.compile(r"python3(t?)(?:_d)?\.dll$", re.IGNORECASE), "abi3{}"),
    (re.compile(r"libpython3\.(\d+)(t?)d?\.(?:so|dylib)\b"), "cp3{}{}"),
)


def capable_of(
    binary: Binary,
    path: PurePath,
    libraries: Mapping[str, Binary | None] | None = None,
    *,
    tags: Collection[str] = (),
) -> Capable:
    """Return what a compiled file could do.

    Parameters
    ----------
    binary : Binary
        The file, searched for `MARKS`.
    path : PurePath
        Its name says for which CPython it was built.
    libraries : mapping of str to Binary or None
        The libraries of the same target by their files' names, searched for `MARKS`; None for one
        that couldn't be read.
    tags : collection of str
        The tags of the wheel that it is in: ``"cp313-cp313-win_amd64"``.

    Returns
    -------
    Capable
    """
    needed = dict(_needed(binary, libraries or {}))
    imports = frozenset(binary.imports)
    built_for = _built_for(binary, path, tags)
    through = tuple(
        sorted(
            name
            for name, library in needed.items()
            if library is not None and not RELEASES.isdisjoint(library.imports)
        )
    )
    beyond_abi, abi_since = _of_abi(binary, built_for, needed.values())
    return Capable(
        form=binary.form,
        machines=binary.machines,
        is_stripped=binary.is_stripped,
        built_for=built_for,
        bindings=bindings_of(binary),
        phases=_phases(binary),
        releases=_releases([binary, *needed.values()]),
        releases_through=through,
        takes_gil=not imports.isdisjoint(TAKES),
        sets_gil=SETS_GIL in imports,
        locks=tuple(lock for lock, names in LOCKS.items() if not imports.isdisjoint(names)),
        borrowed=tuple(sorted(imports & BORROWED)),
        beyond_abi=beyond_abi,
        abi_since=abi_since,
        thread_names=tuple(filter(is_of_threads, binary.imports)),
    )


def _needed(
    binary: Binary, libraries: Mapping[str, Binary | None]
) -> Iterator[tuple[str, Binary | None]]:
    """Return the libraries of a target that a file needs, and those that these need."""
    # Windows doesn't tell names apart by their case; no other system needs that here.
    named = {_key(name): (name, library) for name, library in libraries.items()}
    waiting = [binary]
    while waiting:
        for one in waiting.pop().libraries:
            name, library = named.pop(_key(file_name(one)), (None, None))
            if name is not None:
                yield name, library
            if library is not None and library is not binary:
                waiting.append(library)


def _key(name: str) -> str:
    return name.lower() if name.lower().endswith((".dll", ".pyd")) else name


def _releases(binaries: Iterable[Binary | None]) -> bool | None:
    """Return whether one of them refers to what releases the GIL; None if one may look it up."""
    is_known = True
    for binary in binaries:
        if binary is None:
            is_known = False
            continue
        if not RELEASES.isdisjoint(binary.imports):
            return True
        if not (LOOKS_UP.isdisjoint(binary.imports) or RELEASES.isdisjoint(binary.marks)):
            is_known = False
    return False if is_known else None


def _built_for(binary: Binary, path: PurePath, tags: Collection[str]) -> str | None:
    for name in map(file_name, binary.libraries):
        for pattern, tag in _LIBRARIES:
            if match := pattern.match(name):
                return tag.format(*match.groups())
    if (abi := abi_of_name(path.name)) is not None:
        return abi
    abis = {tag.split("-")[1] for tag in tags if tag.count("-") >= 2} - {"none"}
    if len(abis) == 1 and any(map(is_of_python, binary.imports)):
        return abis.pop()
    return None


def _phases(binary: Binary) -> str | None:
    """Return how a module is initialised, if what it refers to leaves only one way."""
    hooks = [name for name in binary.exports if name.startswith(HOOKS)]
    if not hooks:
        return None
    exported = [name for name in hooks if name.startswith(EXPORT_HOOKS)]
    if len(exported) == len(hooks):
        return "multi-phase"
    is_multi = MULTI_PHASE in binary.imports
    is_single = not SINGLE_PHASE.isdisjoint(binary.imports)
    if is_multi is is_single or (is_single and exported):
        return None
    return "multi-phase" if is_multi else "single-phase"


def _of_abi(
    binary: Binary, built_for: str | None, libraries: Iterable[Binary | None]
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return what isn't of the stable ABI, and what came into it later, if that was promised."""
    if built_for not in ("abi3", "abi3t"):
        return (), ()
    own = {name for library in libraries if library is not None for name in library.exports}
    added = _stable_abi()
    names = [name for name in binary.imports if is_of_python(name) and name not in own]
    beyond = tuple(name for name in names if name not in added)
    later = [(name, added[name]) for name in names if added.get(name, (0,)) > _FIRST_VERSION]
    return beyond, tuple((name, ".".join(map(str, version))) for name, version in later)


@cache
def _stable_abi() -> dict[str, tuple[int, int]]:
    """Return each name of the stable ABI, and with which version it came."""
    from abi3info import DATAS, FUNCTIONS

    return {
        symbol.name: (one.added.major, one.added.minor)
        for table in (FUNCTIONS, DATAS)
        for symbol, one in table.items()
    }
