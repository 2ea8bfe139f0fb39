"""What a watch over a dask cluster does on each worker; the client sends for it."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from distributed.utils import offload

from gilext.core.errors import UnsupportedInterpreter
from gilext.core.version import __version__
from gilext.integrations.dask_join import Function, TaskRun, task_lines_of, tasks_of
from gilext.integrations.dask_results import WorkerPart
from gilext.integrations.dask_tasks import MAX_RUNS, TaskNotes, wall_minus_monotonic_ns
from gilext.recording.processes import Process
from gilext.recording.results import Recording
from gilext.recording.watch import Watch, watch


@dataclass
class _Watched:
    """A watch over this process, and the notes of each worker in it, by its address."""

    watching: Watch
    notes: dict[str, TaskNotes] = field(default_factory=dict)


_watches: dict[str, _Watched] = {}


async def begin(
    number: str, version: str, settings: dict[str, Any], dask_worker: Any
) -> str | None:
    """Begin a watch, one for all workers of a process; return why it can't be begun, if so."""
    if version != __version__:
        return f"it has gilext {__version__}, and the client has {version}"
    if number not in _watches:
        watched = _Watched(watch(**settings))
        try:
            watched.watching.__enter__()
        except UnsupportedInterpreter as reason:
            return str(reason)
        _watches[number] = watched
    notes = TaskNotes(partial(_leave, number))
    _watches[number].notes[dask_worker.address] = notes
    await dask_worker.plugin_add(notes, name=_plugin(number))
    return None


async def end(number: str, dask_worker: Any) -> tuple[str, WorkerPart | None] | None:
    """End a watch; return the process, and what was seen in it to the first that asks there.

    None if this worker has no such watch. What takes time runs outside the event loop.
    """
    if _plugin(number) not in dask_worker.plugins:
        return None
    watched = _watches.pop(number, None)
    if watched is not None:
        watched.watching.stop()
        runs = [run for notes in watched.notes.values() for run in notes.all_runs()]
    await dask_worker.plugin_remove(name=_plugin(number))
    process = f"{os.uname().nodename} {os.getpid()}"
    return process, None if watched is None else await offload(_part_of, watched, runs)


def _plugin(number: str) -> str:
    return f"gilext-watch-{number}"


def _leave(number: str) -> None:
    """Drop a watch that is still going on when the last worker of its process closes."""
    watched = _watches.get(number)
    if watched is not None and not any(notes.is_noting for notes in watched.notes.values()):
        del _watches[number]
        watched.watching.__exit__(None, None, None)


def _part_of(watched: _Watched, runs: list[TaskRun]) -> WorkerPart:
    watched.watching.__exit__(None, None, None)
    recording = watched.watching.recording
    start_ns = _start_ns(watched.watching)
    all_notes = watched.notes.values()
    elsewhere = sum((notes.elsewhere for notes in all_notes), Counter[str]())
    functions: dict[str, set[Function]] = defaultdict(set)
    for notes in all_notes:
        for prefix, known in notes.functions.items():
            functions[prefix] |= known
    tasks = tasks_of(recording, start_ns, runs, elsewhere)
    return WorkerPart(
        recording=replace(recording, process=_process(start_ns, tuple(watched.notes))),
        tasks=tasks,
        lines=task_lines_of(recording, tasks, runs, functions),
        wall_minus_monotonic_ns=wall_minus_monotonic_ns(),
        notes=tuple(_missing(recording, start_ns, [notes.full_since_ns for notes in all_notes])),
    )


def _start_ns(watching: Watch) -> int:
    """Return when a watch began, on the monotonic clock."""
    assert watching._sampler is not None
    return watching._sampler.totals()["start_ns"]


def _process(start_ns: int, addresses: tuple[str, ...]) -> Process:
    return Process(
        pid=os.getpid(),
        parent_pid=os.getppid(),
        command=("dask", "worker", *addresses),
        start_ns=start_ns,
        origin="attach",
        end="running",
    )


def _missing(recording: Recording, start_ns: int, full_since_ns: list[int | None]) -> Iterator[str]:
    """Say since when tasks are unknown, because there were too many holds or runs."""
    if recording.holds_truncated_at_seconds is not None:
        yield (
            f"what tasks held is known up to {recording.holds_truncated_at_seconds:.1f} s alone: "
            "there were more holds than the memory for them takes"
        )
    since = min((one for one in full_since_ns if one is not None), default=None)
    if since is not None:
        yield (
            f"tasks that began after {(since - start_ns) * 1e-9:.1f} s are unknown: there were "
            f"more than {MAX_RUNS:,}"
        )
