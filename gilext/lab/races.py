"""One shared counter that several threads count up, in every way that there is to guard it.

Adding one to a word takes three steps: load, add, store. Two threads that load the same value
store the same sum, and one of the updates is lost. The GIL prevents that as long as no thread
releases it in between, and so do a mutex and an atomic addition; each has its price.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gilext._native import Counters
from gilext.comparison.timing import RunTiming
from gilext.core.checks import check_count
from gilext.core.environment import Environment, info
from gilext.core.report import Column, Report, Table
from gilext.core.results import Result
from gilext.lab.lesson import in_threads

# How the count is guarded, how many cells it is spread over, whether the GIL is released.
WAYS = {
    "plain, GIL held": ("plain", 1, False),
    "plain, GIL released": ("plain", 1, True),
    "one mutex": ("global mutex", 1, True),
    "a mutex an object, 64 objects": ("object mutex", 64, True),
    "atomic": ("atomic", 1, True),
    "biased to one owner": ("biased", 1, True),
}


@dataclass(frozen=True, slots=True)
class CountedWay:
    """What one way gave.

    Attributes
    ----------
    way : str
        How the counter was guarded.
    expected, counted, lost : int
        Increments made, the counter's final value, and their difference.
    increment_seconds : float
        Wall time over all increments of all threads.
    scaling : float
        Increments a second of all threads, in those of one thread alone.
    """

    way: str
    expected: int
    counted: int
    lost: int
    increment_seconds: float
    scaling: float


@dataclass(frozen=True, slots=True)
class Races(Result):
    """What `count_in_threads` found.

    Attributes
    ----------
    workers, increments : int
        How many threads, and how often each counted up.
    rows : tuple of CountedWay
        One for each way.
    environment : Environment
        Interpreter, GIL and cores.
    """

    workers: int
    increments: int
    rows: tuple[CountedWay, ...]
    environment: Environment

    @property
    def sentence(self) -> str:
        """What was seen, in a sentence."""
        losing = [row for row in self.rows if row.lost]
        if not losing:
            return (
                "No way lost an update: on one core, or a crowded one, threads take turns too "
                "long to meet inside of an addition."
            )
        named = " and ".join(f"{row.way!r} lost {row.lost / row.expected:.0%}" for row in losing)
        return f"Of the updates, {named}; the others lost none."

    def report(self) -> Report:
        """Return the ways as a table, and a sentence."""
        columns = (
            Column("way", is_text=True),
            Column("counted", ","),
            Column("lost", ","),
            Column("ns each", ".1f"),
            Column("scaling", ".2f"),
        )
        rows = tuple(
            (row.way, row.counted, row.lost, row.increment_seconds * 1e9, row.scaling)
            for row in self.rows
        )
        return Report(
            title=f"{self.workers} threads count one counter up, {self.increments:,} times each",
            body=(Table(columns, rows), self.sentence),
        )


def count_in_threads(workers: int = 2, increments: int = 2_000_000) -> Races:
    """Count up one shared counter from several threads, in each way, and see what is lost.

    Parameters
    ----------
    workers : int
        Threads, 1 at least.
    increments : int
        How often each counts up, 1 at least.

    Returns
    -------
    Races

    Raises
    ------
    ValueError
        When an argument is less than 1.
    """
    workers = check_count("workers", workers)
    increments = check_count("increments", increments)
    rows = tuple(count_in_c(way, workers, increments) for way in WAYS)
    return Races(workers, increments, rows, info())


def count_in_c(way: str, workers: int, increments: int) -> CountedWay:
    """Count in C, in one of `WAYS`."""
    counting, cells, releases = WAYS[way]

    def run(crew: int) -> tuple[RunTiming, int]:
        counters = Counters(counting, cells)
        add = counters.add_released if releases else counters.add_held
        timing = in_threads(crew, lambda index: add(increments, owner=index == 0))
        return timing, counters.total()

    return counted_way(way, workers, increments, run)


def counted_way(
    way: str, workers: int, increments: int, run: Callable[[int], tuple[RunTiming, int]]
) -> CountedWay:
    """Let one worker count, then all together; ``run(workers)`` returns the timing and the count."""
    alone, _ = run(1)
    together, counted = run(workers)
    expected = workers * increments
    return CountedWay(
        way=way,
        expected=expected,
        counted=counted,
        lost=expected - counted,
        increment_seconds=together.wall_seconds / expected,
        scaling=workers * alone.wall_seconds / together.wall_seconds,
    )
