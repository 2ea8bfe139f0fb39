"""What an audit of imports says."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from gilext.auditing.importing.loading import LoadedModule
from gilext.core.environment import Environment, environment_line
from gilext.core.report import Column, Place, Report, Table, counted

FORECAST = (
    "This build has a GIL, so this is a forecast. A module that declares nothing here can't be "
    "told: Cython, pybind11 and many sources in C declare something only in what they compile for "
    "a free-threaded build."
)
_IN_A_CHILD = "The modules were imported in a process of its own, without PYTHON_GIL."
_TOO_OLD = "Before CPython 3.13, no module declares anything."


def imports_report(
    modules: Sequence[str],
    loaded: Sequence[LoadedModule],
    gil_came_back: bool | None,
    environment: Environment,
) -> Report:
    """Return the modules that need the GIL, who imported them, and what isn't known.

    Parameters
    ----------
    modules : sequence of str
        What was imported.
    loaded : sequence of LoadedModule
        What that loaded.
    gil_came_back : bool or None
        Whether the GIL came back, if that could be seen.
    environment : Environment
        Of this process.
    """
    culprits = [one for one in loaded if one.needs_gil]
    unknown = [one for one in loaded if one.needs_gil is None]
    others = len(loaded) - len(culprits) - len(unknown)
    body: list[Table | str] = []
    if culprits:
        body.append(_table("needs the GIL", culprits))
    if unknown:
        body.append(_table("can't be told", unknown))
    if others and body:
        body.append(
            f"{counted(others, 'other extension module')} "
            f"{'declares' if others == 1 else 'declare'} Py_MOD_GIL_NOT_USED."
        )
    return Report(
        title=_title(modules, loaded, gil_came_back),
        place=environment_line(environment),
        body=tuple(body),
        notes=tuple(_notes(loaded, environment)),
    )


def _table(title: str, rows: Sequence[LoadedModule]) -> Table:
    return Table(
        (
            Column(title, is_text=True),
            Column("what it says", is_text=True),
            Column("imported through", is_text=True),
        ),
        tuple((one.name, one.declares, _way(one)) for one in rows),
        strong=frozenset(index for index, one in enumerate(rows) if one.brought_gil_back),
    )


def _way(loaded: LoadedModule) -> Place | str:
    """Return the chain of the modules that import one, and the line of the last."""
    chain = " → ".join(loaded.chain[:-1])
    if loaded.importer_path is None or loaded.importer_line is None:
        return chain or "-"
    return Place(loaded.importer_path, loaded.importer_line, lead=f"{chain}, ")


def _title(
    modules: Sequence[str], loaded: Sequence[LoadedModule], gil_came_back: bool | None
) -> str:
    what = f"importing {', '.join(modules)}"
    culprits = [one for one in loaded if one.needs_gil]
    if gil_came_back and not culprits:
        return f"{what} brings the GIL back, and no module that it loaded explains that"
    if not loaded:
        return f"{what} loads no extension module but CPython's own, and they need no GIL"
    of_all = f"of {counted(len(loaded), 'extension module')}"
    if culprits:
        first = next((f" with {one.name}" for one in culprits if one.brought_gil_back), "")
        need = f"{len(culprits)} {of_all} {'needs' if len(culprits) == 1 else 'need'} it"
        if gil_came_back:
            return f"{what} brings the GIL back{first}: {need}"
        return f"{what} would bring the GIL back on a free-threaded build: {need}"
    if any(one.needs_gil is None for one in loaded):
        return f"whether {what} brings a GIL back can't be told from this build"
    none = (
        "1 extension module was loaded, which doesn't need it"
        if len(loaded) == 1
        else f"{len(loaded)} extension modules were loaded, and none needs it"
    )
    if gil_came_back is None:
        return f"{what} would leave the GIL off on a free-threaded build: {none}"
    return f"{what} leaves the GIL off: {none}"


def _notes(loaded: Sequence[LoadedModule], environment: Environment) -> Iterator[str]:
    if environment.free_threaded_build and environment.gil_enabled:
        yield _IN_A_CHILD
    elif loaded and not environment.free_threaded_build:
        yield FORECAST
    if loaded and sys.version_info < (3, 13):
        yield _TOO_OLD
