"""One sum, split over two workers: processes that send results through a Queue, and threads.

A process sees nothing of another's memory, so each result has to be pickled and sent. Threads
write theirs where all of them can read it.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.context import SpawnProcess
from multiprocessing.queues import Queue
from typing import NamedTuple

from gilext._native import sum_range_held, sum_range_released
from gilext.core.checks import check_count, check_seconds
from gilext.core.environment import info
from gilext.lab.costs import ended_children_cpu_seconds
from gilext.lab.lesson import Lesson, in_threads, seconds_of
from gilext.lab.published import add_up, add_up_and_send, send

PUBLISHED_NUMBERS = 100_000_000
_RUNS = 20


@dataclass(frozen=True, slots=True)
class SplitWay:
    """One way to add up.

    Attributes
    ----------
    way : str
        How the work was split.
    result : int
        The sum.
    wall_seconds : float
        What it took; of processes, their start, the Queue and their end included.
    speedup : float
        How many times as fast as one worker with the same code.
    parallelism : float or None
        CPU seconds per wall second; None if the system doesn't count those of processes.
    """

    way: str
    result: int
    wall_seconds: float
    speedup: float
    parallelism: float | None


class _Sum(NamedTuple):
    """A sum, and what it took."""

    result: int
    wall_seconds: float
    cpu_seconds: float | None


def split_a_sum(numbers: int = 30_000_000) -> Lesson:
    """Add up the numbers from 0, split over two processes and over two threads.

    The processes are spawned, which imports the caller's main module into them: a script guards
    what it does by ``if __name__ == "__main__"``.

    Parameters
    ----------
    numbers : int
        How many, 1 to 2**32.

    Returns
    -------
    Lesson
        With a `SplitWay` for each way.

    Raises
    ------
    ValueError
        When `numbers` is out of its range.
    """
    numbers = check_count("numbers", numbers, maximum=2**32)
    whole, halves = [(0, numbers)], [(0, numbers // 2), (numbers // 2, numbers)]
    python = _way("Python loop, one worker", _in_threads(add_up, whole))
    threads = _way("Python loop, two threads", _in_threads(add_up, halves), python)
    processes = _way("Python loop, two processes", _in_processes(halves), python)
    held = _way("C, held, one worker", _best(sum_range_held, whole))
    held_twice = _way("C, held, two threads", _best(sum_range_held, halves), held)
    released = _way("C, released, two threads", _best(sum_range_released, halves), held)
    rows = (python, threads, processes, held, held_twice, released)
    right = numbers * (numbers - 1) // 2
    environment = info()
    assert released.parallelism is not None and held_twice.parallelism is not None
    is_parallel = released.parallelism > max(1.0, held_twice.parallelism)
    return Lesson(
        title=f"the sum of the numbers from 0 to below {numbers:,}, split in two",
        rows=rows,
        sentence=(
            f"All results are {right}. Two processes take {processes.wall_seconds:.2f} s, "
            f"{processes.speedup:.2f} times as fast as one loop in Python; two threads of a C loop "
            f"that releases the GIL are {released.speedup:.2f} times as fast as one, and need no "
            "Queue."
        ),
        shown=(
            all(row.result == right for row in rows)
            and (is_parallel or not environment.gil_enabled)
        ),
        environment=environment,
        notes=(
            "Parallelism is CPU seconds per wall second: above 1, two workers ran at the same "
            "moment. For processes, it includes their start.",
        ),
    )


def split_as_published() -> Lesson:
    """Add up as many numbers as were published."""
    return split_a_sum(PUBLISHED_NUMBERS)


def ends_when_joined_first(size: int, timeout: float = 2.0) -> bool:
    """Start a process that sends bytes, and wait for its end *before* the queue is read.

    The process ends only once the pipe behind the queue has taken everything, and no pipe takes
    much before somebody reads. The standard library's documentation calls that a deadlock.

    Parameters
    ----------
    size : int
        How many bytes it sends, 0 at least.
    timeout : float
        Seconds after which the wait is given up, above 0 to 60, and the process ended.

    Returns
    -------
    bool
        Whether it ended.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    size = check_count("size", size, 0)
    timeout = check_seconds("timeout", timeout, 0, 60, is_open=True)
    context = multiprocessing.get_context("spawn")
    results: Queue[bytes] = context.Queue()
    process = context.Process(target=send, args=(size, results))
    process.start()
    try:
        process.join(timeout)
        return process.exitcode is not None
    finally:
        process.kill()
        process.join()


def _way(way: str, found: _Sum, alone: SplitWay | None = None) -> SplitWay:
    result, wall, cpu = found
    return SplitWay(
        way=way,
        result=result,
        wall_seconds=wall,
        speedup=1.0 if alone is None else alone.wall_seconds / wall,
        parallelism=None if cpu is None else cpu / wall,
    )


def _best(add: Callable[[int, int], int], parts: Sequence[tuple[int, int]]) -> _Sum:
    """Return the fastest of some runs; in most of them, another program may have had a core."""
    return min(
        (_in_threads(add, parts) for _ in range(_RUNS)), key=lambda found: found.wall_seconds
    )


def _in_threads(add: Callable[[int, int], int], parts: Sequence[tuple[int, int]]) -> _Sum:
    sums = [0] * len(parts)

    def work(index: int) -> None:
        sums[index] = add(*parts[index])

    timing = in_threads(len(parts), work)
    return _Sum(sum(sums), timing.wall_seconds, timing.cpu_seconds)


def _in_processes(parts: Sequence[tuple[int, int]]) -> _Sum:
    before = ended_children_cpu_seconds()
    result = 0

    def run() -> None:
        nonlocal result
        result = _sum_of_processes(parts)

    wall = seconds_of(run)
    after = ended_children_cpu_seconds()
    return _Sum(result, wall, None if before is None or after is None else after - before)


def _sum_of_processes(parts: Sequence[tuple[int, int]]) -> int:
    """Let a process add up each part; take the results first, and wait for the ends then."""
    context = multiprocessing.get_context("spawn")
    results: Queue[int] = context.Queue()
    with ExitStack() as ends:
        for part in parts:
            process = context.Process(target=add_up_and_send, args=(*part, results))
            process.start()
            ends.callback(SpawnProcess.join, process)
        return sum(results.get(timeout=300) for _ in parts)
