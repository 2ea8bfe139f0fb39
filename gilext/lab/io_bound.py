"""I/O-bound work is faster in threads: a thread that waits has released the GIL.

The published work sleeps, then computes for longer than that, three times. Two threads that begin
together share the GIL while they compute, finish nearly together, and sleep at the same time, until
they drift apart. If one of them computes first, it computes while the other sleeps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter, sleep

from gilext.comparison.timing import RunTiming
from gilext.core.checks import check_count, check_seconds
from gilext.core.environment import info
from gilext.core.errors import UnsupportedInterpreter
from gilext.lab.lesson import Lesson, in_threads
from gilext.lab.published import smallest_of
from gilext.recording.watch import watch

ROUNDS = 3
PUBLISHED_NUMBERS = 50_000_000
PUBLISHED_WAIT_SECONDS = 2.0

_Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class WaitingWay:
    """One way to do work that also waits, twice.

    Attributes
    ----------
    way : str
        How it was done.
    wall_seconds : float
        What it took.
    asleep_seconds : float
        How long the threads slept, added up.
    both_asleep_seconds : float
        For how long both slept at the same time.
    held_fraction, held_error : float or None
        For how much of the time the GIL was held, and half of its 95 % confidence interval; None
        if that can't be told.
    """

    way: str
    wall_seconds: float
    asleep_seconds: float
    both_asleep_seconds: float
    held_fraction: float | None
    held_error: float | None

    @property
    def covered_seconds(self) -> float:
        """For how long one thread slept and the other one didn't."""
        return self.asleep_seconds - 2 * self.both_asleep_seconds


def wait_in_two_threads(numbers: int = 1_000_000, wait: float = 0.07) -> Lesson:
    """Do work that sleeps three times, twice in sequence and in two threads, and watch the GIL.

    Parameters
    ----------
    numbers : int
        How many random numbers are made after each sleep, 1 at least.
    wait : float
        Seconds of a sleep.

    Returns
    -------
    Lesson
        With a `WaitingWay` for each way.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    numbers = check_count("numbers", numbers)
    wait = check_seconds("wait", wait, 0, 60)
    rows = (
        _watched("in sequence", numbers, wait, _in_sequence),
        _watched("two threads", numbers, wait, _together),
        _watched("two threads, out of step", numbers, wait, _out_of_step),
    )
    sequence, together, out_of_step = rows
    environment = info()
    is_shown = (
        together.both_asleep_seconds > sequence.both_asleep_seconds
        and together.both_asleep_seconds > out_of_step.both_asleep_seconds
    )
    return Lesson(
        title=f"a sleep of {wait:g} s and {numbers:,} random numbers, {ROUNDS} times, twice",
        rows=rows,
        sentence=_sentence(*rows),
        shown=is_shown if environment.gil_enabled else None,
        environment=environment,
        notes=("Out of step: one of the threads computes first and sleeps afterwards.",),
    )


def wait_as_published() -> Lesson:
    """Run the published work at its own size: sleeps of 2 s, 50,000,000 numbers."""
    return wait_in_two_threads(PUBLISHED_NUMBERS, PUBLISHED_WAIT_SECONDS)


def _sentence(sequence: WaitingWay, together: WaitingWay, out_of_step: WaitingWay) -> str:
    saved = sequence.wall_seconds - together.wall_seconds
    said = (
        f"Two threads save {saved:.2f} of {sequence.wall_seconds:.2f} s. They sleep at the same "
        f"time for {together.both_asleep_seconds:.2f} s; one of them computes while the other "
        f"sleeps for {together.covered_seconds:.2f} s, and for {out_of_step.covered_seconds:.2f} s "
        "out of step."
    )
    if sequence.held_fraction and together.held_fraction:
        said += (
            f" The GIL is held for {sequence.held_fraction:.0%} of the sequence and for "
            f"{together.held_fraction:.0%} of the time that the two threads take: a thread that "
            "sleeps has released it."
        )
    return said


class _Work:
    """The work of one thread, and when it slept."""

    def __init__(self, numbers: int, wait: float) -> None:
        self.sleeps: list[_Span] = []
        self._numbers, self._wait = numbers, wait

    def sleep_then_compute(self) -> None:
        """Do the work as it was published."""
        for _ in range(ROUNDS):
            self._sleep()
            smallest_of(self._numbers)

    def compute_then_sleep(self) -> None:
        """Do the same in the other order."""
        for _ in range(ROUNDS):
            smallest_of(self._numbers)
            self._sleep()

    def _sleep(self) -> None:
        start = perf_counter()
        sleep(self._wait)
        self.sleeps.append((start, perf_counter()))


def _in_sequence(one: _Work, other: _Work) -> RunTiming:
    def both(_: int) -> None:
        one.sleep_then_compute()
        other.sleep_then_compute()

    return in_threads(1, both)


def _together(one: _Work, other: _Work) -> RunTiming:
    return in_threads(2, lambda index: (one, other)[index].sleep_then_compute())


def _out_of_step(one: _Work, other: _Work) -> RunTiming:
    def work(index: int) -> None:
        (one.sleep_then_compute, other.compute_then_sleep)[index]()

    return in_threads(2, work)


def _watched(
    way: str, numbers: int, wait: float, run: Callable[[_Work, _Work], RunTiming]
) -> WaitingWay:
    one, other = _Work(numbers, wait), _Work(numbers, wait)
    timing, held, error = _held_during(partial(run, one, other))
    return WaitingWay(
        way=way,
        wall_seconds=timing.wall_seconds,
        asleep_seconds=sum(end - start for start, end in (*one.sleeps, *other.sleeps)),
        both_asleep_seconds=_common_seconds(one.sleeps, other.sleeps),
        held_fraction=held,
        held_error=error,
    )


def _held_during(run: Callable[[], RunTiming]) -> tuple[RunTiming, float | None, float | None]:
    try:
        with watch(stalls=None) as watched:
            timing = run()
    except UnsupportedInterpreter:
        return run(), None, None
    if not info().gil_enabled:
        return timing, None, None
    return timing, watched.recording.held_fraction, watched.recording.held_error


def _common_seconds(some: Sequence[_Span], others: Sequence[_Span]) -> float:
    """Return how long the spans of both lists overlap."""
    return sum(
        max(0.0, min(end, other_end) - max(start, other_start))
        for start, end in some
        for other_start, other_end in others
    )
