"""One thread adds and another subtracts, equally often; they needn't meet at 0.

The race of two directions. What is left is the difference between what each side has lost, so 0
may also be luck.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from gilext._native import Counters
from gilext.comparison.timing import RunTiming
from gilext.core.checks import check_count
from gilext.core.environment import info
from gilext.lab.lesson import Lesson, in_threads
from gilext.lab.race import C_IS_FASTER, nothing

AS_PUBLISHED = 100_000_000

x = 0  # what the threads share, as it was published: a global of the module


@dataclass(frozen=True, slots=True)
class MetAt:
    """Where the two threads met.

    Attributes
    ----------
    way : str
        How they counted.
    steps : int
        How often each thread counted.
    left : int
        What was left: 0 if nothing was lost, or as much in both directions.
    wall_seconds : float
        What it took.
    """

    way: str
    steps: int
    left: int
    wall_seconds: float


def count_as_published(times: int, step: int) -> None:
    """Read, add and write in one statement."""
    global x
    for _ in range(times):
        x += step


def count_with_a_call(times: int, step: int) -> None:
    """Make a call between reading and writing."""
    global x
    for _ in range(times):
        read = x
        nothing()
        x = read + step


def meet_at_zero(steps: int = 500_000, steps_as_published: int | None = None) -> Lesson:
    """Let one thread add 1 and another subtract 1, equally often, in six ways.

    Parameters
    ----------
    steps : int
        How often each thread counts, 1 at least; ten times as often in C.
    steps_as_published : int, optional
        How often in the way that was published, if not the same.

    Returns
    -------
    Lesson
        With a `MetAt` for each way.

    Raises
    ------
    ValueError
        When a number of steps is less than 1.
    """
    steps = check_count("steps", steps)
    if steps_as_published is None:
        steps_as_published = steps
    steps_as_published = check_count("steps_as_published", steps_as_published)
    lock = Lock()

    def count_with_a_lock(times: int, step: int) -> None:
        with lock:
            count_with_a_call(times, step)

    published = _in_python("Python, as published", steps_as_published, count_as_published)
    called = _in_python("Python, a call between", steps, count_with_a_call)
    locked = _in_python("Python, a Lock around the loop", steps, count_with_a_lock)
    held = _in_c("C, plain, GIL held", "plain", steps, releases=False)
    released = _in_c("C, plain, GIL released", "plain", steps, releases=True)
    atomic = _in_c("C, atomic, GIL released", "atomic", steps, releases=True)
    environment = info()
    why = (
        "this interpreter doesn't switch threads between the steps of that statement"
        if environment.gil_enabled
        else "there is no GIL to keep them apart"
    )
    return Lesson(
        title="one thread adds 1, another subtracts 1, equally often",
        rows=(published, called, locked, held, released, atomic),
        sentence=(
            f"As published they meet at {published.left:,}: {why}. With a call in between they "
            f"meet at {called.left:,}, with a Lock at {locked.left}; in C at {held.left:,} with "
            f"the GIL held and at {released.left:,} with it released."
        ),
        shown=called.left != 0 != released.left and locked.left == 0,
        environment=environment,
        notes=(
            "left: what both threads lost, one minus the other. It is 0 if nothing was lost, and "
            "may be 0 by luck.",
        ),
    )


def _in_python(way: str, steps: int, count: Callable[[int, int], None]) -> MetAt:
    def run() -> tuple[RunTiming, int]:
        global x
        x = 0
        return in_threads(2, lambda index: count(steps, 1 if index else -1)), x

    timing, left = run()
    return MetAt(way, steps, left, timing.wall_seconds)


def _in_c(way: str, counting: str, steps: int, releases: bool) -> MetAt:
    counters = Counters(counting, 1)
    add = counters.add_released if releases else counters.add_held
    steps *= C_IS_FASTER
    timing = in_threads(2, lambda index: add(steps, index == 0, index == 0))
    return MetAt(way, steps, counters.total(), timing.wall_seconds)
