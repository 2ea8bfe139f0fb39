"""A model of reference counts: what a race on them does to the objects.

Each object begins with one reference, which the experiment holds all the time. Threads take and
drop references, always both, so each count must be 1 in the end. If it is higher, a reference
leaked and the object is never freed. If it is lower, the object is freed while it is still in use.
The objects are C structs and nothing is freed, so the race is seen and does no harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from gilext._native import Counters
from gilext.comparison.crews import run_threads
from gilext.comparison.timing import time_call
from gilext.core.checks import check_count
from gilext.core.environment import info
from gilext.core.report import counted
from gilext.lab.lesson import SPREAD_SECONDS, Lesson
from gilext.lab.races import LOSING, PATIENCE_SECONDS

WAYS = {
    "plain, GIL held": ("plain", False),
    "plain, GIL released": ("plain", True),
    "one mutex": ("global mutex", True),
    "a mutex per object": ("object mutex", True),
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
        How often a thread saw a count of 0 or less while the object was in use: CPython would
        have freed the object there.
    """

    way: str
    right: int
    leaked: int
    freed_early: int
    saw_zero: int


def race_references(workers: int = 2, objects: int = 16, times: int = 2_000_000) -> Lesson:
    """Take and drop references to the same objects from several threads, in each way.

    Parameters
    ----------
    workers, objects, times : int
        Threads, objects, and how often each thread takes and drops one; 1 at least.

    Returns
    -------
    Lesson
        With a `CountedReferences` for each way.

    Raises
    ------
    ValueError
        When an argument is less than 1.
    """
    for name, value in (("workers", workers), ("objects", objects), ("times", times)):
        check_count(name, value)
    rows = tuple(
        race_in(way, workers, objects, times, PATIENCE_SECONDS if way == LOSING else 0.0)
        for way in WAYS
    )
    wrong = {row.way: row.leaked + row.freed_early + row.saw_zero for row in rows}
    return Lesson(
        title=f"{counted(workers, 'thread')} take and drop a reference, {times:,} times each, to "
        f"{counted(objects, 'object')}",
        rows=rows,
        sentence=_sentence(workers, objects, rows),
        shown=None if workers == 1 else wrong[LOSING] > 0,
        environment=info(),
        notes=(
            "right, leaked, freed early: objects whose count is 1 in the end, as it should be, "
            "above 1, and below 1.",
            "saw zero: how often a thread saw a count of 0 or less while the object was in use. "
            "CPython would have freed the object there.",
        ),
    )


def _sentence(workers: int, objects: int, rows: tuple[CountedReferences, ...]) -> str:
    if workers == 1:
        return "One thread gets every count right: no other one comes in between."
    wrong = [row for row in rows if row.leaked or row.freed_early or row.saw_zero]
    if not wrong:
        return "No count went wrong: no two threads met inside of one."
    named = "; ".join(
        f"with {row.way!r}, {row.leaked} of {counted(objects, 'object')} would leak and "
        f"{row.freed_early} would be freed early in the end, and a count was seen at 0 or less "
        f"{row.saw_zero:,} times"
        for row in wrong
    )
    return f"{named[0].upper()}{named[1:]}. With the others all counts are right."


def race_in(
    way: str, workers: int, objects: int, times: int, patience_seconds: float = 0.0
) -> CountedReferences:
    """Race in one of `WAYS`; as long as every count is right, again, until the time is over."""
    counting, releases = WAYS[way]
    start = perf_counter()
    while True:
        counters = Counters(counting, objects)
        counters.init_references()
        call = counters.take_and_drop_released if releases else counters.take_and_drop_held
        timing = run_threads(
            workers,
            lambda index, call=call: time_call(lambda: call(times, owner=index == 0)),  # type: ignore[misc]
            SPREAD_SECONDS,
        )
        right, leaked, early = counters.tally()
        is_over = workers == 1 or perf_counter() - start >= patience_seconds
        saw_zero = sum(timing.results)
        if leaked or early or saw_zero or is_over:
            return CountedReferences(way, right, leaked, early, saw_zero)
