"""Two workers, each started and joined before the next, are never there at the same time.

`join` waits for the end. A worker that is joined before the next one starts is gone by then, be it
a thread or a process. Each worker here waits for the other at a barrier: they meet only if both
are there, so the answer doesn't depend on any measured time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

from gilext.core.checks import check_seconds
from gilext.core.environment import info
from gilext.lab.lesson import Lesson, seconds_of

_SPAWN = get_context("spawn")
_MUST_MEET_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Order:
    """Two workers in one order of starting and joining.

    Attributes
    ----------
    workers, order : str
        Who worked, and what was called in which order.
    met : str
        Whether both were there at the same time.
    wall_seconds : float
        What all of it took.
    """

    workers: str
    order: str
    met: str
    wall_seconds: float


def start_and_join(patience: float = 0.3) -> Lesson:
    """Start and join two workers one after the other, then start both first.

    Parameters
    ----------
    patience : float
        How long a worker waits for the other, in seconds, if that one can't come.

    Returns
    -------
    Lesson
        With an `Order` for each.

    Raises
    ------
    ValueError
        When `patience` isn't above 0.
    """
    patience = check_seconds("patience", patience, 0, 60, is_open=True)
    rows = tuple(
        row
        for kinds in (("thread", "thread"), ("thread", "process"))
        for row in (_one_by_one(kinds, patience), _both_at_once(kinds))
    )
    apart, together = rows[::2], rows[1::2]
    return Lesson(
        title="two workers wait for each other",
        rows=rows,
        sentence=(
            f"Joined before the next one starts, the workers met in {_meetings(apart)} of "
            f"{len(apart)} runs; with both started before the first `join`, in "
            f"{_meetings(together)} of {len(together)}."
        ),
        shown=_meetings(apart) == 0 and _meetings(together) == len(together),
        environment=info(),
    )


def _one_by_one(kinds: Sequence[str], patience: float) -> Order:
    barrier = _SPAWN.Barrier(2)
    workers = [_worker(kind, barrier, patience) for kind in kinds]

    def run() -> None:
        for worker in workers:
            worker.start()
            worker.join()

    return _order(kinds, "start, join, start, join", barrier, seconds_of(run))


def _both_at_once(kinds: Sequence[str]) -> Order:
    barrier = _SPAWN.Barrier(2)
    workers = [_worker(kind, barrier, _MUST_MEET_SECONDS) for kind in kinds]

    def run() -> None:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    return _order(kinds, "start, start, join, join", barrier, seconds_of(run))


def _order(kinds: Sequence[str], order: str, barrier: Barrier, seconds: float) -> Order:
    return Order(" and ".join(kinds), order, "no" if barrier.broken else "yes", seconds)


def _meetings(rows: Sequence[Order]) -> int:
    return sum(row.met == "yes" for row in rows)


def _worker(kind: str, *args: Any) -> Thread | BaseProcess:
    if kind == "thread":
        return Thread(target=_meet, args=args)
    return _SPAWN.Process(target=_meet, args=args)


def _meet(barrier: Barrier, patience: float) -> None:
    try:
        barrier.wait(patience)
    except BrokenBarrierError:
        return
