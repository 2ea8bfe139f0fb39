"""Two threads add to one attribute, in Python and in C; some ways lose updates.

``box.total += 1`` reads, adds and writes. Until 3.9 the interpreter could change threads between
any two of these steps; since 3.10 it does so only where a loop jumps back and where a function is
called, so that the published race shows itself no more. Put a call in between, and it is back. In
C it depends on the GIL alone.
"""

from __future__ import annotations

from collections.abc import Callable

from gilext.comparison.timing import RunTiming
from gilext.core.checks import check_count
from gilext.core.environment import info
from gilext.lab.lesson import Lesson, in_threads
from gilext.lab.races import CountedWay, count_in_c, counted_way

C_IS_FASTER = 10  # so that the threads have the time to meet
IN_C = ("plain, GIL held", "plain, GIL released", "one mutex", "atomic")


class Box:
    """What the threads share."""

    def __init__(self) -> None:
        self.total = 0


def add_as_published(box: Box, times: int) -> None:
    """Read, add and write in one statement."""
    for _ in range(times):
        box.total += 1


def nothing() -> None:
    """Do nothing; but it is a call."""


def add_with_a_call(box: Box, times: int) -> None:
    """Make a call between reading and writing."""
    for _ in range(times):
        total = box.total
        nothing()
        box.total = total + 1


def race_in_python(additions: int = 500_000) -> Lesson:
    """Let two threads add to one attribute, in five ways.

    Parameters
    ----------
    additions : int
        How often each thread adds 1, 1 at least; ten times as often in C.

    Returns
    -------
    Lesson
        With a `gilext.lab.races.CountedWay` for each way.

    Raises
    ------
    ValueError
        When `additions` is less than 1.
    """
    additions = check_count("additions", additions)
    published = count_in_python("Python, as published", additions, add_as_published)
    called = count_in_python("Python, a call between", additions, add_with_a_call)
    in_c = [count_in_c(way, 2, additions * C_IS_FASTER) for way in IN_C]
    environment = info()
    if environment.gil_enabled:
        first = (
            f"As published, {published.lost:,} of {published.expected:,} additions are lost: since "
            "3.10 threads change only at calls and where loops jump back"
        )
    else:
        first = (
            f"Without a GIL {published.lost:,} of {published.expected:,} additions are lost as "
            "published; nothing hinders it"
        )
    return Lesson(
        title=f"two threads add 1 to one attribute, {additions:,} times each",
        rows=(published, called, *(_in_c(row) for row in in_c)),
        sentence=(
            f"{first}. With a call between reading and writing, {called.lost:,} are lost; in C, "
            f"{in_c[0].lost:,} with the GIL held and {in_c[1].lost:,} with it released."
        ),
        shown=called.lost > 0 and in_c[1].lost > 0,
        environment=environment,
    )


def count_in_python(way: str, additions: int, add: Callable[[Box, int], None]) -> CountedWay:
    """Let one thread, then two, add to a box of their own."""

    def run(workers: int) -> tuple[RunTiming, int]:
        box = Box()
        timing = in_threads(workers, lambda _: add(box, additions))
        return timing, box.total

    return counted_way(way, 2, additions, run)


def _in_c(row: CountedWay) -> CountedWay:
    return CountedWay(
        f"C, {row.way}", row.expected, row.counted, row.lost, row.increment_seconds, row.scaling
    )
