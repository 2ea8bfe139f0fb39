"""A lock on every object, two objects, two threads: the deadlock that one lock for all avoids.

One thread locks A, then B; the other B, then A. When each has its first lock, neither gets its
second one. With the same order for both, that can't happen. A timeout is what gets out of it
here; CPython before 3.13 had no lock on each object, and the GIL was its one lock for all.
"""

from __future__ import annotations

from dataclasses import dataclass

from gilext._native import LockPair
from gilext.comparison.crews import run_threads
from gilext.comparison.timing import time_call
from gilext.core.checks import check_count, check_seconds
from gilext.core.environment import Environment, info
from gilext.core.report import Column, Report, Table
from gilext.core.results import Result


@dataclass(frozen=True, slots=True)
class LockedOrder:
    """What became of the rounds in one order.

    Attributes
    ----------
    order : str
        ``"opposite"`` or ``"same"``.
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


@dataclass(frozen=True, slots=True)
class Locks(Result):
    """What `lock_in_both_orders` found.

    Attributes
    ----------
    timeout_seconds : float
        How long a thread waited before it gave up.
    rows : tuple of LockedOrder
        One for each order.
    environment : Environment
        Interpreter, GIL and cores.
    """

    timeout_seconds: float
    rows: tuple[LockedOrder, ...]
    environment: Environment

    @property
    def sentence(self) -> str:
        """What was seen, in a sentence."""
        said = [f"{row.deadlocks} of {row.rounds} rounds in {row.order} order" for row in self.rows]
        return f"Deadlocked, and saved by the timeout: {', '.join(said)}."

    def report(self) -> Report:
        """Return the orders as a table, and a sentence."""
        columns = (
            Column("order", is_text=True),
            Column("rounds"),
            Column("deadlocks"),
            Column("wall ms", ".1f"),
        )
        rows = tuple(
            (row.order, row.rounds, row.deadlocks, row.wall_seconds * 1e3) for row in self.rows
        )
        timeout = f"{self.timeout_seconds * 1e3:g} ms"
        return Report(
            title=f"two threads take two locks, and give up after {timeout}",
            body=(Table(columns, rows), self.sentence),
        )


def lock_in_both_orders(rounds: int = 10, timeout: float = 0.05) -> Locks:
    """Let two threads lock two objects, in opposite orders and in the same, and count deadlocks.

    Parameters
    ----------
    rounds : int
        How often, 1 at least.
    timeout : float
        Seconds after which a thread gives up, above 0.

    Returns
    -------
    Locks

    Raises
    ------
    ValueError
        When an argument is out of its range.
    """
    rounds = check_count("rounds", rounds, maximum=10_000)
    timeout = check_seconds("timeout", timeout, 0, 60, is_open=True)
    opposite = _rounds("opposite", rounds, timeout)
    same = _rounds("same", rounds, timeout)
    return Locks(timeout, (opposite, same), info())


def _rounds(order: str, rounds: int, timeout: float) -> LockedOrder:
    deadlocks, seconds = 0, 0.0
    is_opposite = order == "opposite"
    for _ in range(rounds):
        pair = LockPair()

        def take(index: int, pair: LockPair = pair) -> int:
            first = index if is_opposite else 0
            # In the same order nobody waits for the other: it may not have a first lock at all.
            # Nor does the timeout count there: a thread that gets no core deadlocks nobody.
            patience = timeout if is_opposite else 60.0
            return int(pair.take_both_released(first, is_opposite, patience))

        timing = run_threads(2, lambda index, take=take: time_call(take, index))  # type: ignore[misc]
        deadlocks += sum(timing.results) < 2
        seconds += timing.wall_seconds
    return LockedOrder(order, rounds, deadlocks, seconds)
