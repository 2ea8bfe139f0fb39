"""One sum, split over two workers: processes that send results through a Queue, and threads.

A process sees nothing of another's memory, so that each result has to be pickled and sent. Threads
write theirs where everybody reads it.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.queues import Queue
from operator import itemgetter
from time import perf_counter

from gilext._native import sum_range_held, sum_range_released
from gilext.core.checks import check_count
from gilext.core.environment import info
from gilext.lab.lesson import Lesson, in_threads


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
        What it took; of processes, their start and the Queue included.
    speedup : float
        How many times as fast as one worker with the same code.
    """

    way: str
    result: int
    wall_seconds: float
    speedup: float


def add_up(start: int, stop: int) -> int:
    """Add up a range in Python."""
    return sum(range(start, stop))


def add_up_and_send(start: int, stop: int, results: Queue[int]) -> None:
    """Add up a range and put the sum into a queue: what each process runs."""
    results.put(add_up(start, stop))


def split_a_sum(numbers: int = 100_000_000) -> Lesson:
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
    parts = [(0, numbers // 2), (numbers // 2, numbers)]
    python = _way("Python, one worker", lambda: _by_one(add_up, numbers))
    held = _way("C, held, one worker", lambda: _by_one(sum_range_held, numbers), times=3)
    rows = (
        python,
        _way("Python, two threads", lambda: _in_threads(add_up, parts), python),
        _way("Python, two processes, Queue", lambda: _in_processes(parts), python),
        held,
        _way("C, held, two threads", lambda: _in_threads(sum_range_held, parts), held, 3),
        _way("C, released, two threads", lambda: _in_threads(sum_range_released, parts), held, 3),
    )
    right = numbers * (numbers - 1) // 2
    by_way = {row.way: row for row in rows}
    processes = by_way["Python, two processes, Queue"]
    released = by_way["C, released, two threads"]
    return Lesson(
        title=f"the sum of the numbers from 0 to below {numbers:,}, split in two",
        rows=rows,
        sentence=(
            f"All get {right}: two processes in {processes.wall_seconds:.2f} s, "
            f"{processes.speedup:.2f} times as fast as one, and two threads with the GIL released "
            f"in {released.wall_seconds:.2f} s, {released.speedup:.2f} times as fast, without a "
            "Queue."
        ),
        shown=all(row.result == right for row in rows),
        environment=info(),
    )


def _way(
    way: str,
    run: Callable[[], tuple[int, float]],
    alone: SplitWay | None = None,
    times: int = 1,
) -> SplitWay:
    """Return the best of several runs; each returns the sum and what it took."""
    result, seconds = min((run() for _ in range(times)), key=itemgetter(1))
    return SplitWay(way, result, seconds, 1.0 if alone is None else alone.wall_seconds / seconds)


def _by_one(add: Callable[[int, int], int], numbers: int) -> tuple[int, float]:
    start = perf_counter()
    result = add(0, numbers)
    return result, perf_counter() - start


def _in_threads(
    add: Callable[[int, int], int], parts: Sequence[tuple[int, int]]
) -> tuple[int, float]:
    sums = [0] * len(parts)

    def work(index: int) -> None:
        sums[index] = add(*parts[index])

    timing = in_threads(len(parts), work)
    return sum(sums), timing.wall_seconds


def _in_processes(parts: Sequence[tuple[int, int]]) -> tuple[int, float]:
    start = perf_counter()
    context = multiprocessing.get_context("spawn")
    results: Queue[int] = context.Queue()
    processes = [context.Process(target=add_up_and_send, args=(*part, results)) for part in parts]
    for process in processes:
        process.start()
    try:
        return sum(results.get(timeout=60) for _ in processes), perf_counter() - start
    finally:
        for process in processes:
            process.join()
