"""One shared counter that several threads increment, protected in six ways.

Adding 1 to a word takes three steps: load, add, store. A thread that is stopped between load and
store overwrites, when it goes on, whatever the others have stored since. The GIL prevents that as
long as the thread doesn't release it in between; so do a mutex and an atomic addition. Each has
its price.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from gilext._native import Counters
from gilext.comparison.timing import RunTiming
from gilext.core.checks import check_count
from gilext.core.environment import info
from gilext.core.report import counted
from gilext.lab.lesson import Lesson, in_threads

_ALONE = 3  # runs of one thread, of which the cheapest counts
PATIENCE_SECONDS = 2.0  # after which a race that loses nothing is given up

# How the count is protected, how many cells it is spread over, whether the GIL is released.
WAYS = {
    "plain, GIL held": ("plain", 1, False),
    "plain, GIL released": ("plain", 1, True),
    "one mutex": ("global mutex", 1, True),
    "a mutex per object, 64 objects": ("object mutex", 64, True),
    "atomic": ("atomic", 1, True),
    "biased to one owner": ("biased", 1, True),
}
LOSING = "plain, GIL released"

NOTES = (
    "lost: additions that were made and are missing from the count.",
    "alone: CPU time per addition in one thread. together: wall time per addition, those of all "
    "threads counted, while they run at once; on a busy machine, waits for a core are in it.",
    "scaling: alone over together. At 2, two threads add twice as fast as one; below 1, slower "
    "than one.",
)


@dataclass(frozen=True, slots=True)
class CountedWay:
    """What one way gave.

    Attributes
    ----------
    way : str
        How the counter was protected.
    additions, lost : int
        Additions that all threads made at once, and how many of them are missing from the count.
    alone_seconds : float or None
        CPU time per addition in one thread; None if that wasn't measured.
    together_seconds : float
        Wall time per addition of all threads, while they ran at once.
    scaling : float or None
        The first over the second.
    """

    way: str
    additions: int
    lost: int
    alone_seconds: float | None
    together_seconds: float
    scaling: float | None


def count_in_threads(workers: int = 2, increments: int = 2_000_000) -> Lesson:
    """Count up one shared counter from several threads, in each way, and see what is lost.

    Parameters
    ----------
    workers : int
        Threads, 1 at least.
    increments : int
        How often each counts up, 1 at least.

    Returns
    -------
    Lesson
        With a `CountedWay` for each way.

    Raises
    ------
    ValueError
        When an argument is less than 1.
    """
    workers = check_count("workers", workers)
    increments = check_count("increments", increments)
    rows = tuple(
        count_in_c(way, workers, increments, PATIENCE_SECONDS if way == LOSING else 0.0)
        for way in WAYS
    )
    lost = {row.way: row.lost for row in rows}
    return Lesson(
        title=f"{counted(workers, 'thread')} increment one counter, {increments:,} times each",
        rows=rows,
        sentence=_sentence(workers, rows),
        shown=None if workers == 1 else lost[LOSING] > 0,
        environment=info(),
        notes=(
            *NOTES,
            "biased: one thread owns the counter and adds plainly, every other one adds to a "
            "second word, atomically. Alone is the owner; together, half of the additions or more "
            "are not the owner's, the worst case.",
        ),
    )


def _sentence(workers: int, rows: tuple[CountedWay, ...]) -> str:
    if workers == 1:
        return "One thread loses nothing: no other one comes in between."
    losing = [row for row in rows if row.lost]
    if not losing:
        return "No way lost an addition: no two threads met inside of one."
    named = " and ".join(f"{row.way!r} lost {row.lost / row.additions:.0%}" for row in losing)
    return f"Of the additions, {named}; the others lost none."


def count_in_c(
    way: str, workers: int, increments: int, patience_seconds: float = 0.0
) -> CountedWay:
    """Count in C, in one of `WAYS`; the last argument is that of `counted_way`."""
    counting, cells, releases = WAYS[way]

    def run(crew: int) -> tuple[RunTiming, int]:
        counters = Counters(counting, cells)
        add = counters.add_released if releases else counters.add_held
        timing = in_threads(crew, lambda index: add(increments, owner=index == 0))
        return timing, counters.total()

    return counted_way(way, workers, increments, run, patience_seconds)


def counted_way(
    way: str,
    workers: int,
    additions: int,
    run: Callable[[int], tuple[RunTiming, int]],
    patience_seconds: float = 0.0,
) -> CountedWay:
    """Let one worker count, then all together; ``run(workers)`` returns the timing and the count.

    Additions are lost by chance. As long as none is, all count again, until `patience_seconds`
    are over.
    """
    alone = min(run(1)[0].cpu_seconds for _ in range(_ALONE)) / additions
    seconds, made, lost, start = 0.0, 0, 0, perf_counter()
    while True:
        timing, count = run(workers)
        seconds += timing.wall_seconds
        made += workers * additions
        lost += workers * additions - count
        if lost or workers == 1 or perf_counter() - start >= patience_seconds:
            break
    together = seconds / made
    return CountedWay(way, made, lost, alone, together, alone / together)
