"""Threads, processes, sub-interpreters: what runs in parallel, and at what price.

A process has an interpreter and a GIL of its own, and so has a sub-interpreter since 3.12; both
have to be started, and have their own copy of every module. Threads share one interpreter: they
run in parallel where the code releases the GIL.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from gilext.comparison.crews import workload
from gilext.comparison.ways import WAYS
from gilext.core.checks import check_count, check_seconds
from gilext.core.environment import info
from gilext.lab.lesson import Lesson
from gilext.loops.catalogue import loop

_LOOP = "spin"
_NAMES = ("python", "held", "processes", "interpreters", "released")


@dataclass(frozen=True, slots=True)
class HiredWay:
    """One kind of workers.

    Attributes
    ----------
    way : str
        What they are.
    start_seconds : float
        From nothing to the first answer of all.
    wall_seconds : float
        What the work took all of them, each as much as the one worker of the first column.
    speedup : float
        Work done in that time, in that of one worker of the same code.
    memory_bytes : int or None
        What they need more, as the system counts resident memory; None where it doesn't tell.
    """

    way: str
    start_seconds: float
    wall_seconds: float
    speedup: float
    memory_bytes: int | None


def hire_each_kind(workers: int = 2, seconds: float = 0.1) -> Lesson:
    """Run one loop in threads, processes and sub-interpreters, and add up what they cost.

    Parameters
    ----------
    workers : int
        How many of each, 1 at least.
    seconds : float
        How long one call should take, above 0 to 60.

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
    rows, missing = [], []
    for name in _NAMES:
        try:
            rows.append(_hire(name, workers, seconds))
        except ImportError as reason:
            missing.append(f" Sub-interpreters: {reason}.")
    by_way = {row.way: row for row in rows}
    processes = by_way[WAYS["processes"].title]
    released = by_way[WAYS["released"].title]
    return Lesson(
        title=f"{_LOOP} in {workers} workers of each kind",
        rows=tuple(rows),
        sentence=(
            f"Processes are {processes.speedup:.2f} times as fast as one, after "
            f"{processes.start_seconds * 1e3:.0f} ms to start"
            + _memory_of(processes)
            + f"; threads that release the GIL {released.speedup:.2f} times, after "
            f"{released.start_seconds * 1e3:.1f} ms{_memory_of(released)}.{''.join(missing)}"
        ),
        shown=processes.speedup > 1.3 and processes.start_seconds > released.start_seconds,
        environment=info(),
    )


def _memory_of(row: HiredWay) -> str:
    return "" if row.memory_bytes is None else f" and with {row.memory_bytes / 2**20:.1f} MiB more"


def _hire(name: str, workers: int, seconds: float) -> HiredWay:
    way, chosen = WAYS[name], loop(_LOOP)
    call = chosen.binding("python").call if way.is_python else chosen.held
    work, little = (workload(chosen.argument, call, each) for each in (seconds, 0.0))
    before = _resident_bytes(os.getpid())
    start = perf_counter()
    with way.start(chosen, workers) as crew:
        crew.run(little)
        start_seconds = perf_counter() - start
        wall = min(crew.run(work).wall_seconds for _ in range(3))
        after = [_resident_bytes(process) for process in (os.getpid(), *crew.process_ids)]
    with way.start(chosen, 1) as alone:
        one = min(alone.run(work).wall_seconds for _ in range(3))
    memory = None
    if before is not None and None not in after:
        memory = max(0, sum(filter(None, after)) - before)
    return HiredWay(way.title, start_seconds, wall, workers * one / wall, memory)


def _resident_bytes(process: int) -> int | None:
    """Return what of a process lies in memory, as Linux counts it (proc_pid_statm(5))."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
