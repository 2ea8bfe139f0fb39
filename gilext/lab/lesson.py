"""What the lessons of the lab have in common: their results, repeats, and a stopwatch."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from time import perf_counter
from typing import Any, TypeVar, cast

from gilext.comparison.crews import run_threads
from gilext.comparison.timing import RunTiming, time_call
from gilext.core.environment import Environment
from gilext.core.report import Report
from gilext.core.results import Result
from gilext.lab.rows import table_of

SPREAD_SECONDS = 0.03

_APART = 32

_Found = TypeVar("_Found", bound=Result)
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Lesson(Result):
    """What an experiment found, as a table and a sentence.

    Attributes
    ----------
    title : str
        What was run.
    rows : tuple
        Frozen dataclasses of one kind; units are in the names of their fields.
    sentence : str
        What was seen.
    shown : bool or None
        Whether that is the effect which the lesson is about. None if this interpreter doesn't
        have the effect; then the sentence says so.
    environment : Environment
        Interpreter, GIL and cores.
    attempts : int
        How often the experiment ran until it showed the effect, or the time was up.
    notes : tuple of str
        What one has to know to read the columns, a sentence each.
    load_average : float or None
        How many threads of the machine wanted a core, over the last minute; None if the effect
        was shown, or if the system doesn't tell.
    """

    title: str
    rows: tuple[Any, ...]
    sentence: str
    shown: bool | None
    environment: Environment
    attempts: int = 1
    notes: tuple[str, ...] = ()
    load_average: float | None = None

    def report(self) -> Report:
        """Return the rows as a table, the sentence, and whether the effect is missing."""
        warning = (self._warning(),) if self.shown is False else ()
        return Report(
            title=self.title,
            body=(table_of(self.rows), self.sentence, ""),
            notes=(*self.notes, *warning),
        )

    def _warning(self) -> str:
        """Return that this run didn't show the effect, and what to do about it."""
        tries = "1 try" if self.attempts == 1 else f"{self.attempts} tries"
        cores = self.environment.usable_cores
        reason = ""
        if self.load_average is not None and cores is not None and self.load_average > cores + 1:
            reason = (
                f" The machine's load average was {self.load_average:.0f}, with {cores:g} cores "
                "usable, which may be why."
            )
        return (
            f"This run didn't show the effect, in {tries}.{reason} Run it again on a quiet "
            "machine, or see the kept run on the lesson's page."
        )


def until_shown(
    run: Callable[[], _Found],
    seconds: float = 8.0,
    progress: Callable[[int], None] | None = None,
) -> _Found:
    """Repeat an experiment until its effect is seen.

    Parameters
    ----------
    run : callable
        Runs the experiment once.
    seconds : float
        After how long no further run begins.
    progress : callable, optional
        Called before each run with its number, 1 for the first.

    Returns
    -------
    Lesson
        The first that shows the effect, or that says that this interpreter doesn't have it; else
        the last. `Lesson.attempts` has their number. A result of another kind is the first.
    """
    start = perf_counter()
    for attempt in count(1):
        if progress is not None:
            progress(attempt)
        found = run()
        if not isinstance(found, Lesson):
            return found
        lesson: Lesson = replace(found, attempts=attempt)
        if lesson.shown is not False:
            break
        if perf_counter() - start >= seconds:
            lesson = replace(lesson, load_average=_load_average())
            break
    return cast("_Found", lesson)


def _load_average() -> float | None:
    with suppress(OSError, AttributeError):
        return os.getloadavg()[0]
    return None


@dataclass(frozen=True, slots=True)
class TimedWay:
    """One way to do the same work.

    Attributes
    ----------
    way : str
        How it was done.
    wall_seconds : float
        What it took.
    speedup : float
        How many times as fast as the first way of its kind.
    """

    way: str
    wall_seconds: float
    speedup: float


def seconds_of(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = perf_counter()
    call()
    return perf_counter() - start


def apart(count: int, make: Callable[[], _Made]) -> list[_Made]:
    """Return new objects that lie too far apart to share a line of the cache.

    Two threads that write to neighbours in memory wait for each other, as if they shared one.
    """
    return [make() for _ in range(count * _APART)][::_APART]


def in_threads(workers: int, call: Callable[[int], object]) -> RunTiming:
    """Let so many threads make a call at once, each with its number, on cores of their own."""

    def work(index: int) -> int:
        call(index)
        return 0

    return run_threads(workers, lambda index: time_call(work, index), SPREAD_SECONDS)
