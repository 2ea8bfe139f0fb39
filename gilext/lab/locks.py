"""Two locks in opposite orders deadlock, and so do a lock and the GIL.

One thread locks A, then B; the other B, then A. When each has its first lock, neither gets its
second one. If both take them in the same order, that can't happen. The GIL is a lock like any
other here: a thread that waits for it with a mutex in its hands, and one that waits for the mutex
with the GIL, wait for ever. A timeout ends it here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gilext._native import LockPair
from gilext.comparison.crews import run_threads
from gilext.comparison.timing import time_call
from gilext.core.checks import check_count, check_seconds
from gilext.core.environment import info
from gilext.lab.lesson import Lesson

_PATIENCE_SECONDS = 60.0

_Take = Callable[[LockPair, int], bool]


@dataclass(frozen=True, slots=True)
class LockedOrder:
    """What became of the rounds in one order.

    Attributes
    ----------
    order : str
        Which locks were taken, and in which order.
    rounds, deadlocks : int
        How often both threads took both locks at once, and in how many of these rounds one of
        them gave up.
    wall_seconds : float
        What all rounds took.
    """

    order: str
    rounds: int
    deadlocks: int
    wall_seconds: float


def lock_in_both_orders(rounds: int = 10, timeout: float = 0.05) -> Lesson:
    """Let two threads take two locks, in opposite orders and in the same, and count deadlocks.

    The locks are those of two objects, then a mutex and the GIL.

    Parameters
    ----------
    rounds : int
        How often, 1 at least.
    timeout : float
        Seconds after which a thread gives up, above 0.

    Returns
    -------
    Lesson
        With a `LockedOrder` for each order.

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    rounds = check_count("rounds", rounds, maximum=10_000)
    timeout = check_seconds("timeout", timeout, 0, 60, is_open=True)
    environment = info()
    # Without a GIL there is no deadlock either, and the timeout doesn't count.
    patience_for_the_gil = timeout if environment.gil_enabled else _PATIENCE_SECONDS

    def opposite(pair: LockPair, index: int) -> bool:
        return pair.take_both_released(index, True, timeout)

    def same(pair: LockPair, _: int) -> bool:
        # No thread waits here for the other: it may not have a first lock at all. Nor does the
        # timeout count: a thread that gets no core is no deadlock.
        return pair.take_both_released(0, False, _PATIENCE_SECONDS)

    def with_the_gil(pair: LockPair, index: int) -> bool:
        return _attached(pair) if index == 0 else pair.take_held(patience_for_the_gil)

    def without_the_gil(pair: LockPair, index: int) -> bool:
        return _attached(pair) if index == 0 else pair.take_released(_PATIENCE_SECONDS)

    rows = (
        _rounds("A, then B; B, then A", rounds, opposite),
        _rounds("A, then B; A, then B", rounds, same),
        _rounds("mutex, then GIL; GIL, then mutex", rounds, with_the_gil),
        _rounds("mutex, then GIL; GIL released, then mutex", rounds, without_the_gil),
    )
    deadlocks = [row.deadlocks for row in rows]
    of_the_gil = (
        f"A mutex and the GIL do the same: {deadlocks[2]}, and {deadlocks[3]} if the thread "
        "releases the GIL before it waits for the mutex."
        if environment.gil_enabled
        else f"There is no GIL here for the mutex to deadlock with: {deadlocks[2]} rounds do."
    )
    return Lesson(
        title=f"two threads take two locks, and give up after {timeout * 1e3:g} ms",
        rows=rows,
        sentence=(
            f"Of {rounds} rounds, {deadlocks[0]} deadlock in opposite order and {deadlocks[1]} in "
            f"the same. {of_the_gil}"
        ),
        shown=(
            deadlocks[:2] == [rounds, 0]
            and deadlocks[2:] == [rounds if environment.gil_enabled else 0, 0]
        ),
        environment=environment,
        notes=("order: what the first thread takes; what the second takes.",),
    )


def _attached(pair: LockPair) -> bool:
    pair.attach_with_lock()
    return True


def _rounds(order: str, rounds: int, take: _Take) -> LockedOrder:
    deadlocks, seconds = 0, 0.0
    for _ in range(rounds):
        pair = LockPair()

        def task(index: int, pair: LockPair = pair) -> int:
            return int(take(pair, index))

        timing = run_threads(2, lambda index, task=task: time_call(task, index))  # type: ignore[misc]
        deadlocks += sum(timing.results) < 2
        seconds += timing.wall_seconds
    return LockedOrder(order, rounds, deadlocks, seconds)
