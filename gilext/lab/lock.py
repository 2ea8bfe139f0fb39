"""A Lock repairs the race, at a price.

Around each addition it costs more than the addition, and much more when two threads want it.
Around the whole loop it costs nothing, and the second thread waits until the first has done all.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from gilext.core.checks import check_count
from gilext.core.environment import info
from gilext.lab.lesson import Lesson
from gilext.lab.race import Box, add_with_a_call, count_in_python, nothing
from gilext.lab.races import NOTES, PATIENCE_SECONDS, CountedWay


@dataclass(frozen=True, slots=True)
class LockedWay:
    """What one place of the lock gave.

    Attributes
    ----------
    way : str
        Where the lock was.
    additions, lost : int
        Additions that two threads made at once, and how many of them are missing from the count.
    alone_seconds, together_seconds : float or None
        CPU time per addition in one thread, and wall time per addition in two at once.
    """

    way: str
    additions: int
    lost: int
    alone_seconds: float | None
    together_seconds: float


def lock_the_additions(
    additions: int = 300_000, make_lock: Callable[[], AbstractContextManager[Any]] = Lock
) -> Lesson:
    """Let two threads add to one attribute, without a lock and with one in two places.

    Parameters
    ----------
    additions : int
        How often each thread adds 1, 1 at least.
    make_lock : callable
        Makes the lock, such as `threading.Lock` or `threading.RLock`.

    Returns
    -------
    Lesson
        With a `LockedWay` for each place.

    Raises
    ------
    ValueError
        When `additions` is less than 1.
    """
    additions = check_count("additions", additions)
    lock = make_lock()

    def add_with_a_lock(box: Box, times: int) -> None:
        for _ in range(times):
            with lock:
                total = box.total
                nothing()
                box.total = total + 1

    def add_all_with_a_lock(box: Box, times: int) -> None:
        with lock:
            add_with_a_call(box, times)

    def add_up_at_the_end(box: Box, times: int) -> None:
        own = Box()
        add_with_a_call(own, times)
        with lock:
            box.total += own.total

    bare = _locked(count_in_python("no lock", additions, add_with_a_call, PATIENCE_SECONDS))
    each = _locked(count_in_python("Lock for each addition", additions, add_with_a_lock))
    whole = _locked(count_in_python("Lock for the whole loop", additions, add_all_with_a_lock))
    own = _locked(count_in_python("a total for each thread", additions, add_up_at_the_end))
    return Lesson(
        title=f"two threads add 1 to one attribute, {additions:,} times each, a call in between",
        rows=(bare, each, whole, own),
        sentence=(
            f"Without a lock {bare.lost:,} additions are lost, with one {each.lost + whole.lost}. "
            f"An addition that takes the lock is {_times(each, bare)} times as slow, even in one "
            "thread, which never waits for it."
        ),
        shown=each.lost == whole.lost == own.lost == 0 < bare.lost,
        environment=info(),
        notes=NOTES[:2],
    )


def _locked(row: CountedWay) -> LockedWay:
    return LockedWay(row.way, row.additions, row.lost, row.alone_seconds, row.together_seconds)


def _times(slow: LockedWay, fast: LockedWay) -> str:
    assert slow.alone_seconds is not None and fast.alone_seconds is not None
    return f"{slow.alone_seconds / fast.alone_seconds:.1f}"
