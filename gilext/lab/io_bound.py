"""I/O-bound work gains from threads: what waits has released the GIL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import sleep

from gilext.core.checks import check_count, check_seconds
from gilext.core.environment import info, is_gil_enabled
from gilext.core.errors import UnsupportedInterpreter
from gilext.lab.cpu_bound import smallest_of
from gilext.lab.lesson import Lesson, in_threads
from gilext.recording.watch import watch

SLEEPS = 3


@dataclass(frozen=True, slots=True)
class WaitingWay:
    """One way to do work that also waits.

    Attributes
    ----------
    way : str
        How it was done.
    wall_seconds : float
        What it took.
    held_fraction, held_error : float or None
        For how much of that the GIL was held, and half of its 95 % confidence interval; None
        where that can't be told.
    """

    way: str
    wall_seconds: float
    held_fraction: float | None
    held_error: float | None


def wait_in_two_threads(numbers: int = 400_000, wait: float = 0.15) -> Lesson:
    """Do work that sleeps three times, twice in sequence and in two threads, and watch the GIL.

    Parameters
    ----------
    numbers : int
        How many random numbers are made before each sleep, 1 at least.
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

    def work(_: int = 0) -> None:
        for _ in range(SLEEPS):
            smallest_of(numbers)
            sleep(wait)

    def in_sequence() -> float:
        return sum(in_threads(1, work).wall_seconds for _ in range(2))

    sequence = _watched("in sequence", in_sequence)
    threads = _watched("two threads", lambda: in_threads(2, work).wall_seconds)
    saved = sequence.wall_seconds - threads.wall_seconds
    said, is_held_more = "", True
    if sequence.held_fraction is not None and threads.held_fraction is not None:
        said = (
            f" The GIL is held for {sequence.held_fraction:.0%} of the sequence and for "
            f"{threads.held_fraction:.0%} of the threads' time: who sleeps has released it."
        )
        is_held_more = threads.held_fraction > sequence.held_fraction or not is_gil_enabled()
    return Lesson(
        title=f"{numbers:,} random numbers and a sleep of {wait:g} s, {SLEEPS} times, twice",
        rows=(sequence, threads),
        sentence=(
            f"Two threads save {saved:.2f} of {sequence.wall_seconds:.2f} s; each sleeps for "
            f"{SLEEPS * wait:.2f} s.{said}"
        ),
        shown=saved > SLEEPS * wait / 2 and is_held_more,
        environment=info(),
    )


def _watched(way: str, run: Callable[[], float]) -> WaitingWay:
    try:
        with watch(stalls=None) as watched:
            seconds = run()
    except UnsupportedInterpreter:
        return WaitingWay(way, run(), None, None)
    recording = watched.recording
    return WaitingWay(way, seconds, recording.held_fraction, recording.held_error)
