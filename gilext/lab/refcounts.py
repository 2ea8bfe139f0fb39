"""A model of reference counts: what a race on them does to the objects.

Each object begins with one reference, which the experiment holds all the while. Threads take and
drop references, always both. So each count must be 1 in the end. Higher: a reference leaked, and
the object is never freed. Lower: it is freed while somebody still uses it. The objects are C
structs and nothing is freed, so the race is seen and harms nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

from gilext._native import Counters
from gilext.comparison.crews import run_threads
from gilext.comparison.timing import time_call
from gilext.core.checks import check_count
from gilext.core.environment import Environment, info
from gilext.core.report import Column, Report, Table
from gilext.core.results import Result
from gilext.lab.lesson import SPREAD_SECONDS

WAYS = {
    "plain, GIL held": ("plain", False),
    "plain, GIL released": ("plain", True),
    "one mutex": ("global mutex", True),
    "a mutex an object": ("object mutex", True),
    "atomic": ("atomic", True),
    "biased to one owner": ("biased", True),
}


@dataclass(frozen=True, slots=True)
class CountedReferences:
    """What became of the objects in one way.

    Attributes
    ----------
    way : str
        How the counts were guarded.
    right, leaked, freed_early : int
        Objects whose count was 1 in the end, higher, lower.
    saw_zero : int
        How often a thread saw a count reach 0 while the object was in use.
    """

    way: str
    right: int
    leaked: int
    freed_early: int
    saw_zero: int


@dataclass(frozen=True, slots=True)
class RacedReferences(Result):
    """What `race_references` found.

    Attributes
    ----------
    workers, objects, times : int
        Threads, objects, and how often each thread took and dropped a reference.
    rows : tuple of CountedReferences
        One for each way.
    environment : Environment
        Interpreter, GIL and cores.
    """

    workers: int
    objects: int
    times: int
    rows: tuple[CountedReferences, ...]
    environment: Environment

    @property
    def sentence(self) -> str:
        """What was seen, in a sentence."""
        wrong = [row for row in self.rows if row.leaked or row.freed_early]
        if not wrong:
            return "No count went wrong: on one core, or a crowded one, threads seldom meet in one."
        row = max(wrong, key=lambda row: row.leaked + row.freed_early)
        return (
            f"With {row.way!r}, {row.leaked} of {self.objects} objects leaked and "
            f"{row.freed_early} were freed early; with the others all were right."
        )

    def report(self) -> Report:
        """Return the ways as a table, and a sentence."""
        columns = (
            Column("way", is_text=True),
            Column("right"),
            Column("leaked"),
            Column("freed early"),
            Column("seen dead", ","),
        )
        rows = tuple(
            (row.way, row.right, row.leaked, row.freed_early, row.saw_zero) for row in self.rows
        )
        return Report(
            title=f"{self.workers} threads take and drop a reference, {self.times:,} times each, "
            f"to {self.objects} objects",
            body=(Table(columns, rows), self.sentence),
        )


def race_references(workers: int = 2, objects: int = 16, times: int = 2_000_000) -> RacedReferences:
    """Take and drop references to the same objects from several threads, in each way.

    Parameters
    ----------
    workers, objects, times : int
        Threads, objects, and how often each thread takes and drops one; 1 at least.

    Returns
    -------
    RacedReferences

    Raises
    ------
    ValueError
        When an argument is less than 1.
    """
    for name, value in (("workers", workers), ("objects", objects), ("times", times)):
        check_count(name, value)
    rows = tuple(_race(way, workers, objects, times) for way in WAYS)
    return RacedReferences(workers, objects, times, rows, info())


def _race(way: str, workers: int, objects: int, times: int) -> CountedReferences:
    counting, releases = WAYS[way]
    counters = Counters(counting, objects)
    counters.init_references()
    call = counters.take_and_drop_released if releases else counters.take_and_drop_held
    timing = run_threads(
        workers,
        lambda index: time_call(lambda: call(times, owner=index == 0)),
        SPREAD_SECONDS,
    )
    right, leaked, early = counters.tally()
    return CountedReferences(way, right, leaked, early, sum(timing.results))
