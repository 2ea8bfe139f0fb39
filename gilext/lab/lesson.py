"""What the lessons of the lab have in common: the form of their results, and a stopwatch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from gilext.comparison.crews import run_threads
from gilext.comparison.timing import RunTiming, time_call
from gilext.core.environment import Environment
from gilext.core.report import Report
from gilext.core.results import Result
from gilext.lab.rows import table_of

SPREAD_SECONDS = 0.03


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
    shown : bool
        Whether that is the effect which the lesson is about. A lesson whose effect this
        interpreter doesn't have says so in its sentence.
    environment : Environment
        Interpreter, GIL and cores.
    """

    title: str
    rows: tuple[Any, ...]
    sentence: str
    shown: bool
    environment: Environment

    def report(self) -> Report:
        """Return the rows as a table, and the sentence."""
        return Report(title=self.title, body=(table_of(self.rows), self.sentence))


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


def in_threads(workers: int, call: Callable[[int], object]) -> RunTiming:
    """Let so many threads make a call at once, each with its number, on cores of their own."""

    def work(index: int) -> int:
        call(index)
        return 0

    return run_threads(workers, lambda index: time_call(work, index), SPREAD_SECONDS)
