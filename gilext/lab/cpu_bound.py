"""CPU-bound work in two threads: no faster in Python, twice as fast in C that releases the GIL."""

from __future__ import annotations

import random
from collections.abc import Callable

from gilext._native import spin_held, spin_released
from gilext.core.checks import check_count
from gilext.core.environment import info
from gilext.lab.lesson import Lesson, TimedWay, in_threads, seconds_of

STEPS_A_NUMBER = 100  # so that the C loop takes about as long as the Python one


def smallest_of(count: int) -> float:
    """Return the smallest of so many random numbers: the work as it was published."""
    return min([random.random() * 100 for _ in range(count)])


def work_in_two_threads(numbers: int = 1_000_000) -> Lesson:
    """Do CPU-bound work twice in sequence and in two threads, in Python and in C.

    Parameters
    ----------
    numbers : int
        How many random numbers each call makes, 1 at least.

    Returns
    -------
    Lesson
        With a `TimedWay` for each way.

    Raises
    ------
    ValueError
        When `numbers` is less than 1.
    """
    numbers = check_count("numbers", numbers)
    steps = numbers * STEPS_A_NUMBER
    python = _both_ways("Python", lambda: smallest_of(numbers))
    held = _both_ways("C, GIL held", lambda: spin_held(steps))
    released = _both_ways("C, GIL released", lambda: spin_released(steps))
    return Lesson(
        title=f"the smallest of {numbers:,} random numbers, twice; {steps:,} steps in C, twice",
        rows=(*python, *held, *released),
        sentence=(
            f"Two threads are {python[1].speedup:.2f} times as fast as a sequence in Python, "
            f"{held[1].speedup:.2f} times in C that holds the GIL, and {released[1].speedup:.2f} "
            "times in C that releases it."
        ),
        shown=released[1].speedup > 1.3 * held[1].speedup,
        environment=info(),
    )


def _both_ways(kind: str, call: Callable[[], object]) -> tuple[TimedWay, TimedWay]:
    """Return the best of three of each, in turn."""
    sequence = threads = float("inf")
    for _ in range(3):
        sequence = min(sequence, seconds_of(call) + seconds_of(call))
        threads = min(threads, in_threads(2, lambda _: call()).wall_seconds)
    return (
        TimedWay(f"{kind}, in sequence", sequence, 1.0),
        TimedWay(f"{kind}, two threads", threads, sequence / threads),
    )
