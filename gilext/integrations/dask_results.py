"""What a watch over a dask cluster saw: workers, tasks and lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from gilext.core import saving
from gilext.core.report import Report
from gilext.core.results import Result
from gilext.integrations.dask_report import cluster_report
from gilext.recording.parts import Frame
from gilext.recording.results import Recording
from gilext.recording.thread_rows import sum_of_known


@dataclass(frozen=True, slots=True)
class TaskTime:
    """What all tasks of one kind held.

    Attributes
    ----------
    task : str
        What dask calls them: their key's prefix.
    runs : int
        How many ran, or still did at the end.
    held_seconds : float or None
        How long they held the GIL; None if none of them had a thread of its own, so that this is
        unknown.
    caused_wait_seconds : float or None
        For how many thread-seconds others waited while they did; None if unknown.
    longest_seconds : float or None
        The longest hold, as far as it lay in one of them.
    elsewhere : int
        How many of them ran as coroutines on the event loop, or in another process: what these
        held is in none of the figures.
    """

    task: str
    runs: int
    held_seconds: float | None
    caused_wait_seconds: float | None
    longest_seconds: float | None
    elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class TaskLine:
    """What one line held for the tasks of one kind.

    Attributes
    ----------
    task : str or None
        What dask calls them; None outside tasks, and if it is unknown which it was.
    frame : Frame
        The innermost line that is the program's own, if there is one.
    code : str or None
        What stands there; None if unknown.
    callable : str or None
        The C function that was called for most of the time; None if unknown.
    held_seconds : float
        How long it held the GIL.
    caused_wait_seconds : float or None
        For how many thread-seconds others waited while it did; None if unknown.
    holds : int
        In how many holds it was seen.
    longest_seconds : float
        The longest of these holds.
    """

    task: str | None
    frame: Frame
    code: str | None
    callable: str | None
    held_seconds: float
    caused_wait_seconds: float | None
    holds: int
    longest_seconds: float


@dataclass(frozen=True, slots=True)
class WorkerPart:
    """What one process of a cluster has to tell.

    Attributes
    ----------
    recording : Recording
        What was seen there.
    tasks : tuple of TaskTime
        The kinds of tasks that ran there.
    lines : tuple of TaskLine
        The lines that held there.
    wall_minus_monotonic_ns : int
        How far its two clocks are apart: each machine has a monotonic clock of its own.
    notes : tuple of str
        What is missing.
    """

    recording: Recording
    tasks: tuple[TaskTime, ...]
    lines: tuple[TaskLine, ...]
    wall_minus_monotonic_ns: int
    notes: tuple[str, ...]

    def on_clock(self, wall_minus_monotonic_ns: int) -> Recording:
        """Return the recording as if it were from a process with the given clocks."""
        process = self.recording.process
        assert process is not None
        moved_ns = self.wall_minus_monotonic_ns - wall_minus_monotonic_ns
        start_ns = max(0, process.start_ns + moved_ns)
        return replace(self.recording, process=replace(process, start_ns=start_ns))


@dataclass(frozen=True, slots=True)
class ClusterRecording(Result):
    """What a watch over a dask cluster saw.

    Attributes
    ----------
    seconds : float
        How long it lasted, for the client.
    workers : dict of str to Recording
        What was seen in the process of each worker, by its address. Workers that share a process
        share its GIL, and its recording.
    tasks : tuple of TaskTime
        The kinds of tasks, on all workers, the most costly to others first.
    lines : tuple of TaskLine
        The lines that held for them and outside tasks, on all workers, the most costly to others
        first.
    notes : tuple of str
        What is missing, a sentence each: workers that came or went, tasks that are unknown.
    """

    seconds: float
    workers: Mapping[str, Recording]
    tasks: tuple[TaskTime, ...]
    lines: tuple[TaskLine, ...]
    notes: tuple[str, ...] = ()

    @property
    def processes(self) -> tuple[tuple[tuple[str, ...], Recording], ...]:
        """The processes: the addresses of the workers in each, and its recording."""
        addresses: dict[int, list[str]] = defaultdict(list)
        for address, recording in self.workers.items():
            addresses[id(recording)].append(address)
        return tuple((tuple(group), self.workers[group[0]]) for group in addresses.values())

    def merged(self) -> Recording:
        """Return one recording: that of the first process, with the others as its children.

        Raises
        ------
        ValueError
            If no worker was recorded.
        """
        if not self.workers:
            raise ValueError("no worker was recorded")
        first, *others = (recording for _, recording in self.processes)
        return replace(first, children=tuple(others))

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as what ``json.dumps()`` takes, and each recording once.

        ``workers`` has for each address the index of its recording in ``recordings``.
        """
        processes = self.processes
        return {
            "seconds": self.seconds,
            "workers": {one: i for i, (group, _) in enumerate(processes) for one in group},
            "recordings": [recording.to_dict() for _, recording in processes],
            "tasks": [asdict(task) for task in self.tasks],
            "lines": [asdict(line) for line in self.lines],
            "notes": list(self.notes),
        }

    def save(self, path: str | Path) -> None:
        """Write it to a file.

        Parameters
        ----------
        path : str or Path
            Its suffix says as what: ``.json`` for what `to_dict` has; any other as
            `Recording.save` has it, for all processes as one recording.

        Raises
        ------
        ValueError, ImportError
            As `Recording.save` does; `ValueError` also if no worker was recorded.
        """
        path = Path(path)
        name = path.name.lower()
        is_own = name.endswith(".json") and not name.endswith((".trace.json", ".speedscope.json"))
        saving.save(self if is_own else self.merged(), path)

    def report(self) -> Report:
        """Return which tasks others waited for, the lines, and the workers."""
        return cluster_report(self)


def tasks_together(tasks: Iterable[TaskTime]) -> tuple[TaskTime, ...]:
    """Add up what workers tell of their tasks, the most costly to others first."""
    of_name: dict[str, list[TaskTime]] = defaultdict(list)
    for task in tasks:
        of_name[task.task].append(task)
    sums = [
        TaskTime(
            name,
            sum(task.runs for task in found),
            sum_of_known([task.held_seconds for task in found]),
            sum_of_known([task.caused_wait_seconds for task in found]),
            max((task.longest_seconds for task in found if task.longest_seconds), default=None),
            sum(task.elsewhere for task in found),
        )
        for name, found in of_name.items()
    ]
    return tuple(sorted(sums, key=_cost, reverse=True))


def lines_together(lines: Iterable[TaskLine]) -> tuple[TaskLine, ...]:
    """Add up what workers tell of their lines, the most costly to others first."""
    of_line: dict[tuple[str | None, Frame], list[TaskLine]] = defaultdict(list)
    for line in lines:
        of_line[line.task, line.frame].append(line)
    sums = [
        replace(
            max(found, key=lambda line: line.held_seconds),
            held_seconds=sum(line.held_seconds for line in found),
            caused_wait_seconds=sum_of_known([line.caused_wait_seconds for line in found]),
            holds=sum(line.holds for line in found),
            longest_seconds=max(line.longest_seconds for line in found),
        )
        for found in of_line.values()
    ]
    return tuple(sorted(sums, key=_cost, reverse=True))


def _cost(row: TaskTime | TaskLine) -> tuple[float, float]:
    return row.caused_wait_seconds or 0.0, row.held_seconds or 0.0
