"""One thread adds and another subtracts, equally often; they needn't meet at 0.

The race of two directions. The count that is left is the difference between what each side has
lost, so that 0 may also be luck.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from gilext._native import Counters
from gilext.core.checks import check_count
from gilext.core.environment import info
from gilext.lab.lesson import Lesson, in_threads
from gilext.lab.race import C_IS_FASTER, Box, nothing


@dataclass(frozen=True, slots=True)
class MetAt:
    """Where the two threads met.

    Attributes
    ----------
    way : str
        How they counted.
    left : int
        What was left: 0 when nothing was lost.
    wall_seconds : float
        What it took.
    """

    way: str
    left: int
    wall_seconds: float


def count_as_published(box: Box, times: int, step: int) -> None:
    """Read, add and write in one statement."""
    for _ in range(times):
        box.total += step


def count_with_a_call(box: Box, times: int, step: int) -> None:
    """Make a call between reading and writing."""
    for _ in range(times):
        total = box.total
        nothing()
        box.total = total + step


def meet_at_zero(steps: int = 500_000) -> Lesson:
    """Let one thread add 1 and another subtract 1, equally often, in six ways.

    Parameters
    ----------
    steps : int
        How often each thread counts, 1 at least; ten times as often in C.

    Returns
    -------
    Lesson
        With a `MetAt` for each way.

    Raises
    ------
    ValueError
        When `steps` is less than 1.
    """
    steps = check_count("steps", steps)
    lock = Lock()

    def count_with_a_lock(box: Box, times: int, step: int) -> None:
        with lock:
            count_with_a_call(box, times, step)

    published = _in_python("Python, as published", steps, count_as_published)
    called = _in_python("Python, a call between", steps, count_with_a_call)
    locked = _in_python("Python, a Lock around the loop", steps, count_with_a_lock)
    held = _in_c("C, plain, GIL held", "plain", steps, releases=False)
    released = _in_c("C, plain, GIL released", "plain", steps, releases=True)
    atomic = _in_c("C, atomic, GIL released", "atomic", steps, releases=True)
    environment = info()
    why = (
        "no thread can come between the steps of one statement here"
        if environment.gil_enabled
        else "there is no GIL to keep them apart"
    )
    return Lesson(
        title=f"one thread adds 1, another subtracts 1, {steps:,} times each",
        rows=(published, called, locked, held, released, atomic),
        sentence=(
            f"As published they meet at {published.left:,}: {why}. With a call in between they "
            f"meet at {called.left:,}, with a Lock at {locked.left}; in C at {held.left:,} with "
            f"the GIL held and at {released.left:,} with it released."
        ),
        shown=called.left != 0 and locked.left == 0,
        environment=environment,
    )


def _in_python(way: str, steps: int, count: Callable[[Box, int, int], None]) -> MetAt:
    box = Box()
    timing = in_threads(2, lambda index: count(box, steps, 1 if index else -1))
    return MetAt(way, box.total, timing.wall_seconds)


def _in_c(way: str, counting: str, steps: int, releases: bool) -> MetAt:
    counters = Counters(counting, 1)
    add = counters.add_released if releases else counters.add_held
    timing = in_threads(2, lambda index: add(steps * C_IS_FASTER, index == 0, index == 0))
    return MetAt(way, counters.total(), timing.wall_seconds)
