"""What a worker recorded and which tasks ran there, put together."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from gilext.integrations.dask_results import TaskLine, TaskTime
from gilext.recording.culprits import culprits_of
from gilext.recording.holds import Hold
from gilext.recording.parts import Frame, HeldStack
from gilext.recording.results import Recording

_OUR_OWN = str(Path(__file__).with_name("dask"))  # the start of this file's name, and its siblings'
_Sums = list[float]  # held, waited for, the longest


class TaskRun(NamedTuple):
    """One run of one task.

    Attributes
    ----------
    thread : int
        Where, as `threading.get_ident` has it.
    prefix : str
        What dask calls all tasks of this kind.
    start_ns, end_ns : int
        When, on the monotonic clock.
    """

    thread: int
    prefix: str
    start_ns: int
    end_ns: int


class Function(NamedTuple):
    """A Python function, as a frame of it tells."""

    file: str
    name: str


def tasks_of(
    recording: Recording, start_ns: int, runs: Sequence[TaskRun], elsewhere: Mapping[str, int]
) -> tuple[TaskTime, ...]:
    """Return what the tasks of each prefix held: the holds of their threads while they ran.

    Parameters
    ----------
    recording : Recording
        What the worker's process did.
    start_ns : int
        When the recording began, on the clock of the runs.
    runs : sequence of TaskRun
        Which task ran when and where.
    elsewhere : mapping of str to int
        How many more there were of a prefix.
    """
    counts: dict[str, int] = defaultdict(int)
    for run in runs:
        counts[run.prefix] += 1
    sums = _sums_of(recording, start_ns, runs)
    knows_waits = recording.wait_seconds is not None
    nothing = [0.0, 0.0, 0.0]
    times = []
    for prefix in sorted({*counts, *elsewhere}):
        held, waited, longest = sums.get(prefix, nothing)
        is_known = prefix in counts
        times.append(
            TaskTime(
                task=prefix,
                runs=counts[prefix] + elsewhere.get(prefix, 0),
                held_seconds=held if is_known else None,
                caused_wait_seconds=waited if is_known and knows_waits else None,
                longest_seconds=longest if is_known else None,
                elsewhere=elsewhere.get(prefix, 0),
            )
        )
    return tuple(times)


def _sums_of(recording: Recording, start_ns: int, runs: Sequence[TaskRun]) -> dict[str, _Sums]:
    """Return the sums of each prefix; no thread's come to more than the thread held.

    A hold with a gap in it may be longer in the list of holds than in the sums of its thread.
    """
    of_thread: dict[int, list[TaskRun]] = defaultdict(list)
    for run in sorted(runs, key=attrgetter("start_ns")):
        of_thread[run.thread].append(run)
    rows = {i: of_thread.get(thread.ident, []) for i, thread in enumerate(recording.by_thread)}
    ends = {i: [run.end_ns for run in found] for i, found in rows.items()}
    listed = [0.0] * len(rows)
    found: dict[tuple[int, str], _Sums] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for hold in recording.holds:
        listed[hold.thread] += hold.seconds
        those = rows[hold.thread]
        first = bisect_right(ends[hold.thread], start_ns + hold.start_seconds * 1e9)
        for prefix, part in _parts(hold, start_ns, those, first):
            sums = found[hold.thread, prefix]
            sums[0] += part
            sums[1] += (hold.waited_seconds or 0.0) * part / hold.seconds
            sums[2] = max(sums[2], min(part, recording.by_thread[hold.thread].longest_seconds))
    together: dict[str, _Sums] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for (thread, prefix), (held, waited, longest) in found.items():
        scale = min(1.0, recording.by_thread[thread].held_seconds / listed[thread])
        sums = together[prefix]
        together[prefix] = [sums[0] + held * scale, sums[1] + waited, max(sums[2], longest)]
    return together


def _parts(
    hold: Hold, start_ns: int, runs: Sequence[TaskRun], first: int
) -> Iterator[tuple[str, float]]:
    """Return for which tasks a thread held, and for how much of a hold, from the first run on."""
    begin_ns = start_ns + hold.start_seconds * 1e9
    end_ns = begin_ns + hold.seconds * 1e9
    for run in runs[first:]:
        if run.start_ns >= end_ns:
            return
        part_ns = min(end_ns, run.end_ns) - max(begin_ns, run.start_ns)
        if part_ns > 0:
            yield run.prefix, part_ns * 1e-9


def task_lines_of(
    recording: Recording,
    tasks: Iterable[TaskTime],
    runs: Iterable[TaskRun],
    functions: Mapping[str, Iterable[Function]],
) -> tuple[TaskLine, ...]:
    """Return the lines that held, for each task's prefix and outside tasks.

    A stack on which a task's function is, in a thread that ran tasks, is that task's, if there is
    one prefix alone with that function. Lines are estimates: they come to no more than what their
    task held.
    """
    prefixes: dict[Function, set[str]] = defaultdict(set)
    for prefix, known in functions.items():
        for function in known:
            prefixes[function].add(prefix)
    idents = {run.thread for run in runs}
    of_task: dict[str | None, list[HeldStack]] = defaultdict(list)
    for stack in recording.stacks:
        if any(frame.file.startswith(_OUR_OWN) for frame in stack.frames):
            continue
        is_of_task = recording.by_thread[stack.thread].ident in idents
        of_task[_prefix_of(stack.frames, prefixes) if is_of_task else None].append(stack)
    limits = {task.task: task for task in tasks}
    return tuple(
        line
        for prefix, stacks in of_task.items()
        for line in _lines(prefix, stacks, limits.get(prefix or ""))
    )


def _prefix_of(frames: Sequence[Frame], prefixes: Mapping[Function, set[str]]) -> str | None:
    for frame in reversed(frames):
        found = prefixes.get(Function(frame.file, frame.function), set())
        if found:
            return next(iter(found)) if len(found) == 1 else None
    return None


def _lines(
    prefix: str | None, stacks: Sequence[HeldStack], limit: TaskTime | None
) -> Iterator[TaskLine]:
    culprits = culprits_of(stacks)
    held = sum(one.line.held_seconds for one in culprits)
    waited = sum(one.line.caused_wait_seconds or 0.0 for one in culprits)
    longest = inf if limit is None or limit.longest_seconds is None else limit.longest_seconds
    held_part = _part(limit.held_seconds, held) if limit else 1.0
    waited_part = _part(limit.caused_wait_seconds, waited) if limit else 1.0
    for culprit in culprits:
        line = culprit.line
        caused = line.caused_wait_seconds
        yield TaskLine(
            task=prefix,
            frame=line.frame,
            code=line.expression or line.source,
            callable=culprit.callable,
            held_seconds=line.held_seconds * held_part,
            caused_wait_seconds=None if caused is None else caused * waited_part,
            holds=line.holds,
            longest_seconds=min(line.longest_seconds, longest),
        )


def _part(limit: float | None, found: float) -> float:
    return 1.0 if limit is None or not found else min(1.0, limit / found)
