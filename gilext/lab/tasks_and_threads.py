"""Tasks of asyncio compared with threads: for work that waits, and for work that computes.

Tasks take turns within one thread, and only where one of them awaits something. That is enough to
wait for many things at once. It is no way to compute: a task that computes lets no other run, and
there is only one thread, with or without a GIL.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from threading import Thread, current_thread
from time import sleep
from typing import NamedTuple

from gilext._native import Meeting, spin_released
from gilext.core.checks import check_count, check_seconds
from gilext.core.environment import info
from gilext.lab.lesson import Lesson, seconds_of
from gilext.loops.pure import spin

_C_IS_FASTER = 30
_PATIENCE_SECONDS = 0.05  # for one who can't come
_MUST_MEET_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class OneWay:
    """One way to do several pieces of work.

    Attributes
    ----------
    work : str
        What a piece does.
    way : str
        How the pieces are run.
    threads : int
        In how many threads they ran.
    wall_seconds : float
        What all of them took.
    """

    work: str
    way: str
    threads: int
    wall_seconds: float


class _Piece(NamedTuple):
    """A piece of work that notes in which thread it runs."""

    work: Callable[[], object]
    ran_in: set[Thread]

    def run(self) -> None:
        self.ran_in.add(current_thread())
        self.work()


def wait_and_compute(pieces: int = 4, wait: float = 0.1, steps: int = 200_000) -> Lesson:
    """Wait and compute several times: in sequence, in threads, in tasks.

    Parameters
    ----------
    pieces : int
        How many pieces of work, 2 at least.
    wait : float
        How long a piece waits, in seconds.
    steps : int
        How far a piece counts in Python; in C it goes further.

    Returns
    -------
    Lesson
        With a `OneWay` for each.

    Raises
    ------
    ValueError
        When there are fewer than 2 pieces, `wait` isn't above 0, or `steps` is less than 1.
    """
    pieces = check_count("pieces", pieces, minimum=2)
    wait = check_seconds("wait", wait, 0, 60, is_open=True)
    steps = check_count("steps", steps)

    waiting = [
        _sequence("waits", pieces, lambda: sleep(wait)),
        _threads("waits", pieces, lambda: sleep(wait)),
        _tasks("waits", pieces, lambda: None, lambda: asyncio.sleep(wait)),
    ]
    computing = [
        run("computes in Python", pieces, lambda: spin(steps))
        for run in (_sequence, _threads, _tasks, _tasks_in_threads)
    ]
    in_c = [
        run("computes in C", pieces, lambda: spin_released(steps * _C_IS_FASTER))
        for run in (_sequence, _threads, _tasks, _tasks_in_threads)
    ]
    faster = waiting[0].wall_seconds / waiting[-1].wall_seconds
    computing_meets, handed_meets = _tasks_meet(in_threads=False), _tasks_meet(in_threads=True)
    return Lesson(
        title=f"{pieces} pieces of work in threads and in tasks",
        rows=(*waiting, *computing, *in_c),
        sentence=(
            f"Tasks wait {faster:.1f} times as fast as one after the other. Two tasks that compute "
            f"{'met' if computing_meets else 'never met'} in C; handed to threads, they "
            f"{'did' if handed_meets else 'did not'}."
        ),
        shown=faster > 1.5 and not computing_meets and handed_meets,
        environment=info(),
        notes=("Two tasks meet if both are inside of C at one moment; that needs no clock.",),
    )


def _tasks_meet(*, in_threads: bool) -> bool:
    """Return whether two tasks can be inside of C at the same time, proved without a clock."""
    meeting = Meeting(2)

    async def meet() -> bool:
        if in_threads:
            return await asyncio.to_thread(meeting.wait_released, _MUST_MEET_SECONDS)
        return meeting.wait_released(_PATIENCE_SECONDS)

    async def both() -> bool:
        return all(await asyncio.gather(meet(), meet()))

    return asyncio.run(both())


def _sequence(work: str, pieces: int, call: Callable[[], object]) -> OneWay:
    piece = _Piece(call, set())

    def run() -> None:
        for _ in range(pieces):
            piece.run()

    return OneWay(work, "one after the other", *_ran(run, piece))


def _threads(work: str, pieces: int, call: Callable[[], object]) -> OneWay:
    piece = _Piece(call, set())

    def run() -> None:
        threads = [Thread(target=piece.run) for _ in range(pieces)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return OneWay(work, "threads", *_ran(run, piece))


def _tasks(
    work: str,
    pieces: int,
    call: Callable[[], object],
    wait: Callable[[], Awaitable[None]] | None = None,
) -> OneWay:
    piece = _Piece(call, set())

    async def task() -> None:
        piece.run()
        if wait is not None:
            await wait()

    return OneWay(work, "tasks", *_ran(lambda: asyncio.run(_all(pieces, task)), piece))


def _tasks_in_threads(work: str, pieces: int, call: Callable[[], object]) -> OneWay:
    piece = _Piece(call, set())

    async def task() -> None:
        await asyncio.to_thread(piece.run)

    run = partial(_all, pieces, task)
    return OneWay(work, "tasks, asyncio.to_thread", *_ran(lambda: asyncio.run(run()), piece))


async def _all(pieces: int, task: Callable[[], Awaitable[None]]) -> None:
    await asyncio.gather(*(task() for _ in range(pieces)))


def _ran(run: Callable[[], object], piece: _Piece) -> tuple[int, float]:
    """Return in how many threads the pieces ran, and how long that took."""
    seconds = seconds_of(run)
    return len(piece.ran_in), seconds
