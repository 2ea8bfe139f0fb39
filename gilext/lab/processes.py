"""Threads, processes, sub-interpreters: what runs in parallel, and at what price.

A process has an interpreter and a GIL of its own. So has a sub-interpreter that is created with
one, as those of `concurrent.interpreters` are; one made by ``Py_NewInterpreter()`` shares the GIL.
Both have to be started, and load their own copy of every module. Threads share one interpreter:
they run in parallel if the code releases the GIL.
"""

from __future__ import annotations

import multiprocessing
import os
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.context import SpawnProcess
from time import perf_counter

from gilext.comparison.crews import Crew, workload
from gilext.comparison.timing import RunTiming, Workload
from gilext.comparison.ways import WAYS
from gilext.core.checks import check_count, check_seconds
from gilext.core.environment import info
from gilext.lab.costs import Switches, ended_children_cpu_seconds, memory_bytes, own_switches
from gilext.lab.costs import switches_of as switches_of_processes
from gilext.lab.lesson import Lesson, in_threads, seconds_of
from gilext.lab.published import smallest_of
from gilext.loops.catalogue import loop

PUBLISHED_NUMBERS = 50_000_000
PUBLISHED_WORKERS = 3
_LOOP = "spin"
_NAMES = ("held", "processes", "interpreters", "released")


@dataclass(frozen=True, slots=True)
class HiredWay:
    """One kind of workers.

    Attributes
    ----------
    way : str
        What they are.
    start_seconds : float or None
        From nothing to the first answer of all. None if the start is part of `wall_seconds`.
    wall_seconds : float
        What the work took, each worker's as much as the others'.
    parallelism : float or None
        CPU seconds per wall second; None if the system doesn't count them.
    switches : int or None
        Context switches while they worked; None if the system doesn't count them.
    memory_bytes : int or None
        What they need in addition, memory that processes share counted once; None if the system
        doesn't tell.
    """

    way: str
    start_seconds: float | None
    wall_seconds: float
    parallelism: float | None
    switches: int | None
    memory_bytes: int | None


def hire_each_kind(
    workers: int = PUBLISHED_WORKERS, seconds: float = 0.1, numbers: int = 3_000_000
) -> Lesson:
    """Run the published work, and one loop, in threads, processes and sub-interpreters.

    The processes of the published work are spawned, which imports the caller's main module into
    them: a script guards what it does by ``if __name__ == "__main__"``.

    Parameters
    ----------
    workers : int
        How many of each, 1 at least.
    seconds : float
        How long one call of the loop should take, above 0 to 60.
    numbers : int
        How many random numbers each worker of the published program makes, 1 at least.

    Returns
    -------
    Lesson
        With a `HiredWay` for each kind.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    workers = check_count("workers", workers, maximum=1024)
    seconds = check_seconds("seconds", seconds, 0, 60, is_open=True)
    numbers = check_count("numbers", numbers)
    rows = list(_published(workers, numbers))
    notes = [_NOTE]
    for name in _NAMES:
        try:
            rows.append(_hire(name, workers, seconds))
        except ImportError as reason:
            notes.append(f"Left out: sub-interpreters: {reason}.")
    environment = info()
    return Lesson(
        title=(
            f"the smallest of {numbers:,} random numbers as published, and a loop in C, in "
            f"{workers} workers of each kind"
        ),
        rows=tuple(rows),
        sentence=_sentence(rows),
        shown=_is_shown(rows, environment.gil_enabled),
        environment=environment,
        notes=tuple(notes),
    )


def hire_as_published() -> Lesson:
    """Run as many workers as were published, each with as much work."""
    return hire_each_kind(PUBLISHED_WORKERS, numbers=PUBLISHED_NUMBERS)


_NOTE = (
    "The rows as published count the start as part of the work. Parallelism is CPU seconds per "
    "wall second: above 1, workers ran at the same moment. Memory is what all workers need in "
    "addition, with pages that processes share counted once."
)


def _by_way(rows: list[HiredWay]) -> dict[str, HiredWay]:
    return {row.way: row for row in rows}


def _sentence(rows: list[HiredWay]) -> str:
    threads, processes, *_ = rows
    by_way = _by_way(rows)
    hired, released = by_way[WAYS["processes"].title], by_way[WAYS["released"].title]
    assert hired.start_seconds is not None and released.start_seconds is not None
    return (
        f"As published, processes take {processes.wall_seconds:.2f} s and threads "
        f"{threads.wall_seconds:.2f} s. Processes that run the loop in C take "
        f"{hired.start_seconds * 1e3:.0f} ms to start{_memory_of(hired)}; threads that release "
        f"the GIL take {released.start_seconds * 1e3:.1f} ms{_memory_of(released)}."
    )


def _is_shown(rows: list[HiredWay], has_gil: bool) -> bool:
    """Return whether processes and released threads ran in parallel, and held threads didn't."""
    by_way = _by_way(rows)
    hired, released = by_way[WAYS["processes"].title], by_way[WAYS["released"].title]
    together = [row.parallelism or 0.0 for row in (hired, released)]
    held = by_way[WAYS["held"].title].parallelism or 0.0
    return min(together) > (max(1.0, held) if has_gil else 1.0)


def _memory_of(row: HiredWay) -> str:
    return "" if row.memory_bytes is None else f" and {row.memory_bytes / 2**20:.1f} MiB"


def _published(workers: int, numbers: int) -> tuple[HiredWay, HiredWay]:
    before = own_switches()
    timing = in_threads(workers, lambda _: smallest_of(numbers))
    threads = HiredWay(
        f"as published, {workers} threads",
        None,
        timing.wall_seconds,
        timing.parallelism,
        _since(before, own_switches()),
        None,
    )
    cpu_before = ended_children_cpu_seconds()
    wall = seconds_of(lambda: _run_processes(workers, numbers))
    cpu_after = ended_children_cpu_seconds()
    parallelism = (
        None if cpu_before is None or cpu_after is None else (cpu_after - cpu_before) / wall
    )
    return threads, HiredWay(
        f"as published, {workers} processes", None, wall, parallelism, None, None
    )


def _run_processes(workers: int, numbers: int) -> None:
    context = multiprocessing.get_context("spawn")
    with ExitStack() as ends:
        for _ in range(workers):
            process = context.Process(target=smallest_of, args=(numbers,))
            process.start()
            ends.callback(SpawnProcess.join, process)


def _hire(name: str, workers: int, seconds: float) -> HiredWay:
    way, chosen = WAYS[name], loop(_LOOP)
    work, little = (workload(chosen.argument, chosen.held, each) for each in (seconds, 0.0))
    own = os.getpid()
    memory_before = memory_bytes([own])
    start = perf_counter()
    with way.start(chosen, workers) as crew:
        crew.run(little)
        start_seconds = perf_counter() - start
        runs = [_counted(crew, work) for _ in range(3)]
        memory_after = memory_bytes([own, *crew.process_ids])
    timing, switches = min(runs, key=lambda run: run[0].wall_seconds)
    memory = None
    if memory_before is not None and memory_after is not None:
        memory = max(0, memory_after - memory_before)
    return HiredWay(
        way.title, start_seconds, timing.wall_seconds, timing.parallelism, switches, memory
    )


def _counted(crew: Crew, work: Workload) -> tuple[RunTiming, int | None]:
    def count() -> Switches | None:
        return switches_of_processes(crew.process_ids) if crew.process_ids else own_switches()

    before = count()
    timing = crew.run(work)
    return timing, _since(before, count())


def _since(before: Switches | None, after: Switches | None) -> int | None:
    return None if before is None or after is None else sum(after.since(before))
