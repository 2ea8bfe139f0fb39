"""What a recording of a dask cluster says: tasks first, then lines, and workers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import hypot
from typing import TYPE_CHECKING

from gilext.core.environment import environment_line
from gilext.core.report import Cell, Column, Report, Table, counted
from gilext.recording.culprits import place_of
from gilext.recording.processes_report import longest_stop
from gilext.recording.reports import caveats
from gilext.recording.summary import MAX_LINES, held_part
from gilext.recording.world_report import had_gil

if TYPE_CHECKING:
    from gilext.integrations.dask_results import ClusterRecording, TaskLine, TaskTime
    from gilext.recording.results import Recording

_MAX_TASKS = 20
_MAX_WORKERS = 20
_MAX_CAVEATS = 4
_LEAST = 0.0005  # what is less is 0.000 s
_LITTLE = 0.01
_HELD, _WAITED, _LONGEST = (
    Column("held s", ".3f"),
    Column("others waited s", ".3f"),
    Column("longest ms", ".2f"),
)


def cluster_report(cluster: ClusterRecording) -> Report:
    """Return which tasks others waited for, the lines, and the workers."""
    tables = [
        _task_table(cluster),
        _line_table(cluster.lines),
        _worker_table(cluster.processes),
    ]
    return Report(
        title=_verdict(cluster),
        place=", ".join(sorted({environment_line(one.environment) for one in _all(cluster)})),
        body=tuple(table for table in tables if table.rows),
        notes=(*cluster.notes, *_elsewhere(cluster.tasks), *_caveats(cluster)),
    )


def _all(cluster: ClusterRecording) -> list[Recording]:
    return [recording for _, recording in cluster.processes]


def _verdict(cluster: ClusterRecording) -> str:
    """Return how long threads waited on the workers, and for which task most."""
    recordings = _all(cluster)
    span = f"{cluster.seconds:.3f} s on {counted(len(cluster.workers), 'worker')}"
    if not recordings:
        return "no worker was recorded"
    if not any(map(had_gil, recordings)):
        return longest_stop(recordings, f"in {span}")
    waits = [one.wait_seconds for one in recordings if one.wait_seconds is not None]
    if not waits:
        return f"{span}: how long threads waited is unknown"
    waited = sum(waits)
    if not waited:
        return f"no thread was seen to wait for the GIL in {span}: there is nothing to gain"
    error = hypot(*(one.wait_error or 0.0 for one in recordings))
    found = f"threads waited {waited:.3f} s ± {error:.3f} s in {span}"
    has_stalls = any(one.stalls for one in recordings)
    if not has_stalls and waited < _LITTLE * sum(one.seconds for one in recordings):
        return f"{found}: there is little to gain"
    return found + _because(cluster, waited)


def _because(cluster: ClusterRecording, waited: float) -> str:
    task = cluster.tasks[0] if cluster.tasks else None
    if task is None or not task.caused_wait_seconds:
        return ""
    said = f"; {min(task.caused_wait_seconds / waited, 1.0):.0%} of that because of {task.task}"
    line = next((line for line in cluster.lines if line.task == task.task), None)
    return said if line is None else f"{said}, mostly at {place_of(line.frame, line.code)}"


def _task_table(cluster: ClusterRecording) -> Table:
    """Return what the tasks held, and below them, what was held outside tasks."""
    shown = cluster.tasks[:_MAX_TASKS]
    rows: list[tuple[Cell, ...]] = [
        (
            task.task,
            task.runs,
            task.held_seconds,
            task.caused_wait_seconds,
            None if task.longest_seconds is None else task.longest_seconds * 1e3,
        )
        for task in shown
    ]
    rest = []
    if len(cluster.tasks) > len(shown):
        others = cluster.tasks[len(shown) :]
        held = sum(task.held_seconds or 0.0 for task in others)
        rest.append(f"… and {counted(len(others), 'more kind')} of task: held {held:.3f} s")
    outside = sum(thread.held_seconds for one in _all(cluster) for thread in one.by_thread)
    outside -= sum(task.held_seconds or 0.0 for task in cluster.tasks)
    if outside >= _LEAST:
        rest.append(f"outside these tasks: held {outside:.3f} s")
    columns = (Column("task", is_text=True), Column("runs", ","), _HELD, _WAITED, _LONGEST)
    return Table(columns, tuple(rows), rest="; ".join(rest))


def _line_table(lines: Sequence[TaskLine]) -> Table:
    columns = (
        Column("task", is_text=True),
        Column("line that held", is_text=True),
        _HELD,
        _WAITED,
        _LONGEST,
    )
    notable = [line for line in lines if max(_figures(line)) >= _LEAST]
    rows = tuple(
        (
            line.task,
            place_of(line.frame, line.code),
            line.held_seconds,
            line.caused_wait_seconds,
            line.longest_seconds * 1e3,
        )
        for line in notable[:MAX_LINES]
    )
    others = notable[MAX_LINES:]
    held = sum(line.held_seconds for line in others)
    rest = f"… and {counted(len(others), 'more line')}: held {held:.3f} s" if others else ""
    return Table(columns, rows, rest=rest)


def _figures(line: TaskLine) -> tuple[float, float]:
    return line.held_seconds, line.caused_wait_seconds or 0.0


def _worker_table(processes: Sequence[tuple[tuple[str, ...], Recording]]) -> Table:
    columns = (
        Column("worker", is_text=True),
        Column("held", is_text=True),
        Column("a thread waited", is_text=True),
        Column("waited s", ".3f"),
        Column("stalls", ","),
    )
    rows = tuple(
        (
            ", ".join(addresses),
            held_part(recording.held_fraction, recording.held_error),
            held_part(recording.pressure, recording.pressure_error),
            recording.wait_seconds,
            None if recording.stall_threshold_seconds is None else len(recording.stalls),
        )
        for addresses, recording in processes[:_MAX_WORKERS]
    )
    others = len(processes) - len(rows)
    return Table(columns, rows, rest=f"… and {counted(others, 'more row')}" if others else "")


def _elsewhere(tasks: Sequence[TaskTime]) -> Iterator[str]:
    for task in tasks:
        if task.elsewhere:
            yield (
                f"Of {task.task}, {counted(task.elsewhere, 'run')} went on as a coroutine or in "
                "another process: what was held there is unknown."
            )


def _caveats(cluster: ClusterRecording) -> Iterator[str]:
    """Return what one has to know of the recordings, once, with the workers that it is about."""
    workers: dict[str, list[str]] = defaultdict(list)
    for addresses, recording in cluster.processes:
        for caveat in caveats(recording):
            workers[caveat].extend(addresses)
    for caveat, those in list(workers.items())[:_MAX_CAVEATS]:
        is_of_all = len(those) == len(cluster.workers)
        yield caveat if is_of_all else f"{', '.join(those)}: {caveat}"
    if len(workers) > _MAX_CAVEATS:
        yield "There is more to know of some workers: print each one's recording."
