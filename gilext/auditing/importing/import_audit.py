"""What importing a package does to the GIL of a free-threaded build, tried in a child process."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from gilext.auditing.importing.import_events import NO_WARNING, UNSET, failure
from gilext.auditing.importing.import_report import imports_report
from gilext.auditing.importing.loading import LoadedModule
from gilext.auditing.workers import WorkerEnd, run_worker
from gilext.core.environment import Environment, info
from gilext.core.report import Report
from gilext.core.results import Result


class ImportFailed(RuntimeError):
    """A module isn't there, or raised, crashed or hung while it was imported."""


@dataclass(frozen=True, slots=True)
class ImportAudit(Result):
    """Which extension modules some imports loaded, and which of these need the GIL.

    Attributes
    ----------
    modules : tuple of str
        What was imported, in this order.
    loaded : tuple of LoadedModule
        The extension modules that this loaded, in the order in which it did; of CPython's own,
        only those that need the GIL. The first may have been there at the interpreter's start.
    gil_came_back : bool or None
        Whether the GIL of the process that imported came back; None on a build with a GIL.
    environment : Environment
        The interpreter and the cores.
    """

    modules: tuple[str, ...]
    loaded: tuple[LoadedModule, ...]
    gil_came_back: bool | None
    environment: Environment

    @property
    def culprits(self) -> tuple[LoadedModule, ...]:
        """The modules for which a free-threaded build switches its GIL on; each alone would do."""
        return tuple(one for one in self.loaded if one.needs_gil)

    def report(self) -> Report:
        """Return the modules that need the GIL, who imported them, and what isn't known."""
        return imports_report(self.modules, self.loaded, self.gil_came_back, self.environment)


def audit_imports(modules: Sequence[str], seconds: float = 60.0) -> ImportAudit:
    """Import modules in a process of their own, and tell which of them need the GIL.

    The process runs this interpreter, without ``PYTHON_GIL``. On a free-threaded build, it sees
    the moment at which the GIL comes back, and what CPython keeps of each module tells which others
    would have done the same. A build with a GIL has only the modules' slots: a forecast.

    Parameters
    ----------
    modules : sequence of str
        Their names, imported in this order.
    seconds : float
        How long all of this may take.

    Returns
    -------
    ImportAudit

    Raises
    ------
    ImportFailed
        If there is no such module, or it raises, crashes or hangs; the message says what, and
        which extension module was loaded last.
    """
    with TemporaryDirectory(prefix="gilext-imports-") as folder:
        events = Path(folder, "events")
        events.touch()
        end = run_worker(
            "gilext.auditing.importing.import_worker", [str(events), *modules], seconds,
            options=NO_WARNING, variables=UNSET,
        )  # fmt: skip
        lines = events.read_bytes().decode("ascii").splitlines()
    return _audit_of([literal_eval(line) for line in lines], modules, end)


def _audit_of(
    events: list[tuple[object, ...]], modules: Sequence[str], end: WorkerEnd
) -> ImportAudit:
    loaded = tuple(LoadedModule(*rest) for kind, *rest in events if kind == "loaded")  # type: ignore[arg-type]
    kind, *rest = events[-1] if events else ("", "")
    if kind == "failed":
        raise ImportFailed(failure(*rest))  # type: ignore[arg-type]
    if kind != "ends":
        module = [one[1] for one in events if one[0] == "begins"][-1:] or list(modules)
        last = f"; the last that it loaded was {loaded[-1].way}" if loaded else ""
        raise ImportFailed(f"importing {module[0]!r} {end}{last}")
    environment = info()
    came_back = bool(rest[0]) if environment.free_threaded_build else None
    return ImportAudit(tuple(modules), loaded, came_back, environment)
