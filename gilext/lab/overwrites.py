"""How a race loses hundreds of thousands of additions: one overwrite takes back a whole slice.

A thread that is switched out between reading and writing goes on later with the value that it has
read. What it writes then overwrites everything that the other thread has added since.
"""

from __future__ import annotations

from dataclasses import dataclass

from gilext.core.checks import check_count, check_seconds
from gilext.core.environment import info
from gilext.core.switch_interval import switch_interval
from gilext.core.units import in_words
from gilext.lab.lesson import Lesson, in_threads
from gilext.lab.race import Box, nothing

INTERVALS = (0.02, 0.005, 0.001, 0.0002)


@dataclass(frozen=True, slots=True)
class Overwrites:
    """What was overwritten at one switch interval.

    Attributes
    ----------
    interval_seconds : float
        ``sys.getswitchinterval()`` during the race.
    lost : int
        Additions that are missing from the count.
    overwrites : int
        How often a thread wrote over additions that the other had made since it read.
    each : float or None
        Additions that one overwrite took back, on average; None if there was none.
    longest : int
        Additions that the worst of them took back.
    """

    interval_seconds: float
    lost: int
    overwrites: int
    each: float | None
    longest: int


def add_and_notice(box: Box, times: int, overwritten: list[int]) -> None:
    """Add with a call between reading and writing, and note what the write overwrites."""
    for _ in range(times):
        total = box.total
        nothing()
        if box.total != total:
            overwritten.append(box.total - total)
        box.total = total + 1


def watch_overwrites(
    additions: int = 2_000_000, intervals: tuple[float, ...] = INTERVALS
) -> Lesson:
    """Let two threads add to one attribute at several switch intervals, and note the overwrites.

    Parameters
    ----------
    additions : int
        How often each thread adds 1, 1 at least.
    intervals : tuple of float
        Switch intervals, in seconds; the one that was set comes back afterwards.

    Returns
    -------
    Lesson
        With an `Overwrites` for each interval.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    additions = check_count("additions", additions)
    intervals = tuple(check_seconds("intervals", one, 0, 60, is_open=True) for one in intervals)
    if not intervals:
        raise ValueError("argument 'intervals' must have one interval or more")
    rows = tuple(_race_at(interval, additions) for interval in intervals)
    lost, times = sum(row.lost for row in rows), sum(row.overwrites for row in rows)
    environment = info()
    return Lesson(
        title=f"two threads add 1, {additions:,} times each, at several switch intervals",
        rows=rows,
        sentence=_sentence(rows, lost, times, environment.gil_enabled),
        shown=0 < times < lost,
        environment=environment,
        notes=(
            "each, longest: additions that one overwrite took back, on average and at most.",
            "interval: how long a thread waits for the GIL until it asks for it."
            if environment.gil_enabled
            else "interval: it means nothing without a GIL.",
        ),
    )


def _sentence(rows: tuple[Overwrites, ...], lost: int, times: int, has_gil: bool) -> str:
    if not times:
        return "No thread overwrote what the other had added."
    taken = (
        f"{lost:,} additions are lost to {times:,} overwrites: each takes back all that the other "
        f"thread added {'while this one waited' if has_gil else 'between a read and a write'}."
    )
    if not has_gil:
        return f"{taken} Without a GIL the threads run at once, at any interval."
    first, last = rows[0], rows[-1]
    if first.each is None or last.each is None or not first.each > last.each:
        return taken
    return (
        f"{taken} At an interval of {in_words(last.interval_seconds)} in place of "
        f"{in_words(first.interval_seconds)} an overwrite takes back {last.each:,.0f} in place of "
        f"{first.each:,.0f}, and {last.overwrites:,} happen in place of {first.overwrites:,}."
    )


def _race_at(interval: float, additions: int) -> Overwrites:
    box = Box()
    noted: tuple[list[int], list[int]] = ([], [])
    with switch_interval(interval):
        in_threads(2, lambda index: add_and_notice(box, additions, noted[index]))
    # A thread may also write a larger, older value over one that was itself an overwrite.
    slices = [one for one in (*noted[0], *noted[1]) if one > 0]
    each = sum(slices) / len(slices) if slices else None
    lost = 2 * additions - box.total
    return Overwrites(interval, lost, len(slices), each, max(slices, default=0))
