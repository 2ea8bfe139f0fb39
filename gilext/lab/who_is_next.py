"""Which thread gets the GIL next, and how much of it each gets.

Threads that wait for the GIL stand in no queue: the operating system wakes one of them. So turns
are shared out roughly, not in order. How *long* a turn is depends on the thread: Python code is
asked to release after the switch interval, C code releases when it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from time import perf_counter
from typing import NamedTuple

from gilext._native import hold_for
from gilext.core.checks import check_count, check_seconds
from gilext.core.environment import info
from gilext.lab.lesson import Lesson, in_threads

HOLD_SECONDS = 0.05


class Turn(NamedTuple):
    """A moment at which a thread found that another one had run before it.

    Attributes
    ----------
    worker : int
        The thread's number.
    start : float
        When, in seconds.
    """

    worker: int
    start: float


@dataclass(frozen=True, slots=True)
class Share:
    """What one thread got.

    Attributes
    ----------
    crew : str
        Which threads ran together.
    thread : str
        Its number, and what it runs.
    turns : int
        How often it got the GIL from another one.
    held_fraction : float or None
        Its part of the time; None without a GIL, as the next one.
    longest_wait_seconds : float or None
        The longest time from the end of one of its turns to the next.
    """

    crew: str
    thread: str
    turns: int
    held_fraction: float | None
    longest_wait_seconds: float | None


def take_turns(workers: int = 4, seconds: float = 1.0) -> Lesson:
    """Let threads compete for the GIL, all in Python, then one of them in C that holds it.

    Parameters
    ----------
    workers : int
        How many threads, 3 at least: between two there is no choice.
    seconds : float
        How long they compete, each time.

    Returns
    -------
    Lesson
        With a `Share` for each thread.

    Raises
    ------
    ValueError
        When there are fewer than 3 workers, or `seconds` isn't above 0.
    """
    workers = check_count("workers", workers, minimum=3)
    seconds = check_seconds("seconds", seconds, 0, 60, is_open=True)
    python = _compete(workers, seconds, ())
    mixed = _compete(workers, seconds, (workers - 1,))
    rows = (
        *shares_of(f"{workers} in Python", python, workers, ()),
        *shares_of("one in C", mixed, workers, (workers - 1,)),
    )
    environment = info()
    if not environment.gil_enabled:
        return Lesson(
            title=f"{workers} threads run for {seconds:g} s",
            rows=tuple(replace(row, held_fraction=None, longest_wait_seconds=None) for row in rows),
            sentence=(
                "Without a GIL the threads run at once; no thread takes turns with another. The one "
                f"that was seen last changes {sum(row.turns for row in rows[:workers]):,} times."
            ),
            shown=None,
            environment=environment,
            notes=("turns: how often the thread found that another one had been seen before it.",),
        )
    queued, choices = in_order(python, workers)
    in_c = rows[-1]
    others = rows[workers:-1]
    share = in_c.held_fraction or 0.0
    return Lesson(
        title=f"{workers} threads compete for the GIL for {seconds:g} s",
        rows=rows,
        sentence=(
            f"In {queued} of {choices} turns the thread that had waited longest was next. A "
            f"thread in C that holds the GIL for {HOLD_SECONDS * 1e3:g} ms per call has "
            f"{share:.0%} of the time, with {in_c.turns} of "
            f"{sum(row.turns for row in rows[workers:])} turns."
        ),
        shown=queued < choices and share > max(row.held_fraction or 0.0 for row in others),
        environment=environment,
        notes=("The longest wait runs from the end of one turn of a thread to its next turn.",),
    )


def _compete(workers: int, seconds: float, in_c: Sequence[int]) -> list[Turn]:
    turns = [Turn(-1, 0.0)]
    end = perf_counter() + seconds

    def work(worker: int) -> None:
        step: Callable[[], object] = _hold if worker in in_c else _nothing
        while perf_counter() < end:
            if turns[-1].worker != worker:
                turns.append(Turn(worker, perf_counter()))
            step()

    in_threads(workers, work)
    return turns[1:]


def _nothing() -> None:
    pass


def _hold() -> None:
    hold_for(HOLD_SECONDS)


def shares_of(crew: str, turns: list[Turn], workers: int, in_c: Sequence[int]) -> list[Share]:
    """Return what each thread got of the turns, of which the last one only ends the one before."""
    held = [0.0] * workers
    longest = [0.0] * workers
    counts = [0] * workers
    ends: dict[int, float] = {}
    for turn, following in pairwise(turns):
        counts[turn.worker] += 1
        held[turn.worker] += following.start - turn.start
        waited = turn.start - ends.get(turn.worker, turns[0].start)
        longest[turn.worker] = max(longest[turn.worker], waited)
        ends[turn.worker] = following.start
    total = sum(held) or 1.0
    return [
        Share(
            crew,
            f"{worker + 1}, in {'C that holds' if worker in in_c else 'Python'}",
            counts[worker],
            held[worker] / total,
            longest[worker],
        )
        for worker in range(workers)
    ]


def in_order(turns: list[Turn], workers: int) -> tuple[int, int]:
    """Return how often the thread that had waited longest was next, and of how many turns."""
    last: dict[int, int] = {}
    queued = choices = 0
    for index, turn in enumerate(turns):
        if len(last) == workers:
            choices += 1
            queued += turn.worker == min(last, key=last.__getitem__)
        last[turn.worker] = index
    return queued, choices
