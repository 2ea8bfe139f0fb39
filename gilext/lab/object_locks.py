"""A lock for each object, compared with one for all of them.

The GIL is one lock for everything: two threads that append to two lists take turns. A build
without it has a small lock in each object (PyMutex, one byte), which a method takes for its own
object, in a critical section. Threads that use different objects don't meet; those that use one
wait for each other, as they do for one `threading.Lock`. Nothing is lost in either build.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import repeat
from threading import Lock
from typing import Any

from gilext.comparison.timing import RunTiming
from gilext.core.checks import check_count
from gilext.core.environment import Environment, info
from gilext.core.medians import median
from gilext.lab.lesson import Lesson, apart, in_threads
from gilext.lab.races import NOTES


@dataclass(frozen=True, slots=True)
class AppendingWay:
    """Appends of several threads, to a list each or to one for all.

    Attributes
    ----------
    way : str
        What they share.
    appends, lost : int
        Appends of all threads, and how many of them aren't in a list.
    alone_seconds, together_seconds : float
        CPU time per append in one thread; wall time per append of all threads at once.
    scaling : float
        The first over the second.
    """

    way: str
    appends: int
    lost: int
    alone_seconds: float
    together_seconds: float
    scaling: float


class _Way:
    """One way to share lists and locks, and what its runs gave."""

    def __init__(
        self, *, one_list: bool = False, locks: bool = False, one_lock: bool = False
    ) -> None:
        self._has_one_list, self._has_locks, self._has_one_lock = one_list, locks, one_lock
        self._alone: list[RunTiming] = []
        self._together: list[RunTiming] = []

    def run(self, workers: int, appends: int) -> None:
        """Let one thread append, then all."""
        self._alone.append(self._append(1, appends))
        self._together.append(self._append(workers, appends))

    def _append(self, workers: int, appends: int) -> RunTiming:
        one_list: list[None] = []
        lists = [one_list] * workers if self._has_one_list else apart(workers, list[None])
        locks = [Lock()] * workers if self._has_one_lock else apart(workers, Lock)

        def work(index: int) -> None:
            if self._has_locks:
                append_with_a_lock(lists[index], locks[index], appends)
            else:
                append(lists[index], appends)

        timing = in_threads(workers, work)
        kept = len(one_list) if self._has_one_list else sum(map(len, lists))
        return replace(timing, results=(kept,))

    def row(self, name: str, workers: int, appends: int) -> AppendingWay:
        """Return what all runs gave."""
        made = workers * appends
        alone = median(one.cpu_seconds for one in self._alone) / appends
        together = median(one.wall_seconds for one in self._together) / made
        return AppendingWay(
            way=name,
            appends=made * len(self._together),
            lost=sum(made - sum(one.results) for one in self._together),
            alone_seconds=alone,
            together_seconds=together,
            scaling=alone / together,
        )


def append(kept: list[None], times: int) -> None:
    """Append, again and again."""
    for item in repeat(None, times):
        kept.append(item)


def append_with_a_lock(kept: list[None], lock: AbstractContextManager[Any], times: int) -> None:
    """Append, each time with a lock around it."""
    for item in repeat(None, times):
        with lock:
            kept.append(item)


def append_to_one_or_many(workers: int = 2, appends: int = 300_000, rounds: int = 5) -> Lesson:
    """Append in several threads to a list each and to one for all, without a Lock and with one.

    Parameters
    ----------
    workers : int
        Threads, 2 at least.
    appends : int
        How many items each appends, 1 at least.
    rounds : int
        How often to run all ways, 1 at least.

    Returns
    -------
    Lesson
        With an `AppendingWay` for each way.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    workers = check_count("workers", workers, minimum=2)
    appends = check_count("appends", appends)
    rounds = check_count("rounds", rounds)
    ways = {
        "a list each": _Way(),
        "one list for all": _Way(one_list=True),
        "a list and a Lock each": _Way(locks=True),
        "a list each, one Lock for all": _Way(locks=True, one_lock=True),
    }
    for _ in range(rounds):
        for way in ways.values():
            way.run(workers, appends)
    rows = tuple(way.row(name, workers, appends) for name, way in ways.items())
    environment = info()
    return Lesson(
        title=f"{workers} threads append to lists, {appends:,} times each",
        rows=rows,
        sentence=sentence_of(rows, environment),
        shown=is_shown(rows) if _can_be_shown(environment) else None,
        environment=environment,
        notes=(
            "alone: CPU time per append in one thread. together: wall time per append, those of all "
            "threads counted, while they run at once; on a busy machine, waits for a core are in "
            f"it. Medians of {rounds} rounds, all ways in each.",
            NOTES[-1],
        ),
    )


def _can_be_shown(environment: Environment) -> bool:
    return not environment.gil_enabled and (environment.usable_cores or 2) >= 2


def is_shown(rows: Sequence[AppendingWay]) -> bool:
    """Return whether nothing is lost, and threads gain only if they share nothing."""
    lists, one_list, locks, one_lock = rows
    return (
        all(row.lost == 0 for row in rows)
        and lists.scaling > 1
        and lists.together_seconds < one_list.together_seconds
        and locks.together_seconds < one_lock.together_seconds
    )


def sentence_of(rows: Sequence[AppendingWay], environment: Environment) -> str:
    """Return what the rows show."""
    lists, one_list, locks, one_lock = rows
    lost = sum(row.lost for row in rows)
    total = sum(row.appends for row in rows)
    none_lost = f"{lost:,} of {total:,} appends are lost."
    scaling = (
        f"Threads that append to a list each do {lists.scaling:.2f} times the work of one, to one "
        f"list {one_list.scaling:.2f} times"
    )
    if environment.gil_enabled:
        return f"{scaling}: the GIL is one lock for all lists. {none_lost}"
    if not _can_be_shown(environment):
        return f"Each list has its own lock, but on one core no two threads meet at it. {none_lost}"
    return (
        f"{scaling}: each list has its own lock. With a Lock each it is {locks.scaling:.2f} times, "
        f"with one Lock around all of it, as the GIL would be, {one_lock.scaling:.2f} times. "
        f"{none_lost}"
    )
