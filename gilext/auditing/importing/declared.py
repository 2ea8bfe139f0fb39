"""What modules declare: each is imported in a process that is cut off and may end at any time."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from gilext.auditing.importing.environments import Interpreter, python_path
from gilext.auditing.importing.import_events import Event, events_of, failure
from gilext.auditing.importing.loading import LoadedModule
from gilext.auditing.results import Declared

_NOT_LOADED = "importing it loads no extension module of this name"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A module to ask.

    Attributes
    ----------
    name : str
        Its full name; of a file that belongs to no package, that in its `PyInit_NAME`.
    path : str or None
        The file to load, absolute; None if it is found by its name.
    """

    name: str
    path: str | None = None


def declared_of(
    wanted: Sequence[Wanted],
    *,
    folders: Sequence[str] = (),
    interpreter: Interpreter | None = None,
    seconds: float = 60.0,
) -> Iterator[tuple[Wanted, Declared]]:
    """Import modules in processes of their own, and yield what each declares as it becomes known.

    A process imports one after the other. If one fails, a new process goes on: with that one once
    more, if others came before it, as they may be the reason. They have no network, as far as
    `Declared.network_cut` says, run in an empty folder, and what they print is lost. What they
    start is ended with them.

    Parameters
    ----------
    wanted : sequence of Wanted
        The modules.
    folders : sequence of str
        Where to find modules first: a wheel that was unpacked.
    interpreter : Interpreter or None
        What imports them; None for this one.
    seconds : float
        How long each may take.

    Yields
    ------
    wanted : Wanted
        Each of those given, in their order, but for the modules of a package that can't be
        imported: they come at once.
    declared : Declared
        What it says. If its import failed, it has an error, and what was seen of it before.

    Raises
    ------
    UnusableEnvironment
        If gilext can't run in that interpreter.
    """
    with python_path(interpreter, folders) as path:
        executable = None if interpreter is None else interpreter.executable
        left = list(wanted)
        while left:
            modules = [(one.name, one.path) for one in left]
            events = events_of(modules, seconds, executable=executable, python_path=path)
            left = yield from _rows(left, events)


def way_from_package(chain: Sequence[str]) -> tuple[str, ...] | None:
    """Return how importing a module's own top-level package loads it.

    Parameters
    ----------
    chain : sequence of str
        That of a `Declared`.

    Returns
    -------
    tuple of str or None
        The package first, the module last; None if importing the package doesn't load it.
    """
    package = chain[-1].partition(".")[0]
    return tuple(chain[chain.index(package) :]) if package in chain else None


def _rows(
    wanted: list[Wanted], events: Iterator[Event]
) -> Generator[tuple[Wanted, Declared], None, list[Wanted]]:
    """Yield the rows of one process, and return what is left for the next."""
    seen: dict[str, LoadedModule] = {}
    is_cut: bool | None = None
    done, place, error = 0, "", ""
    for kind, *rest in events:
        if kind == "started":
            (is_cut,) = rest
        elif kind == "loaded":
            loaded = LoadedModule(*rest)
            seen.setdefault(loaded.name, loaded)
            seen.setdefault(loaded.path, loaded)
        elif kind == "begins":
            (place,) = rest
        elif kind == "done" and done < len(wanted):
            yield wanted[done], _declared(wanted[done], seen, bool(is_cut))
            done += 1
        elif kind == "failed":
            error = failure(*rest)
        elif kind == "over":
            error = error or f"importing {place!r} {rest[0]}"
            if is_cut is None:
                error = f"the process that imports modules {rest[0]}"
    if done:
        return wanted[done:]
    failed = [
        one
        for one in wanted
        if is_cut is None or one == wanted[0] or (f"{one.name}.".startswith(f"{place}."))
    ]
    for one in failed:
        yield one, _declared(one, seen, bool(is_cut), error)
    return [one for one in wanted if one not in failed]


def _declared(
    wanted: Wanted, seen: Mapping[str, LoadedModule], is_cut: bool, error: str | None = None
) -> Declared:
    loaded = seen.get(wanted.path or wanted.name)
    if loaded is None:
        chain = (wanted.name,)
        words = "unknown"
        return Declared(
            None, words, None, None, None, (), chain, None, error or _NOT_LOADED, is_cut
        )
    return Declared(
        loaded.phases, loaded.declares, loaded.needs_gil, loaded.interpreters, loaded.state_bytes,
        loaded.methods, loaded.chain, _importer(loaded), error, is_cut,
    )  # fmt: skip


def _importer(loaded: LoadedModule) -> str | None:
    """Return the line that imports a module, the path beginning with the package."""
    if loaded.importer_path is None or len(loaded.chain) < 2:
        return None
    path = PurePath(loaded.importer_path)
    depth = loaded.chain[-2].count(".") + 1 + (path.stem == "__init__")
    return f"{PurePath(*path.parts[-depth:])}:{loaded.importer_line}"
