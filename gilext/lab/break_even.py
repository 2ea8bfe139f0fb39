"""The size above which releasing gives more than it costs.

Releasing the GIL and taking it again costs some tens of nanoseconds per call, and more when another
thread wants it. A call that is shorter than that is better off holding it. CPython's hashlib
releases for 2,048 bytes and more (since 3.15 above that), zlib's checksums above 5 KiB, and numpy
above 500 elements.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import repeat

from gilext._native import checksum_held, checksum_released
from gilext.comparison.timing import RunTiming
from gilext.core.checks import check_count, check_seconds
from gilext.core.environment import info
from gilext.lab.lesson import Lesson, in_threads, seconds_of

SIZES = (0, 64, 256, 1024, 4096, 16_384, 65_536, 262_144)
_ROUNDS = 5
_SECONDS_PER_BYTE = 1e-9
_CALL_SECONDS = 60e-9
_GAIN = 0.9  # less than this part of the time is a gain, and no chance
_CHEAP = 0.01


@dataclass(frozen=True, slots=True)
class SizedCall:
    """One size of a call of ``checksum_held`` and ``checksum_released``.

    Attributes
    ----------
    size_bytes : int
        Of the buffer.
    held_seconds, released_seconds : float
        What a call takes in one thread.
    cost_fraction : float or None
        What releasing adds to a call of the first size, as a part of this call; None if that is
        less than this run can tell.
    held_by_two_seconds, released_by_two_seconds : float
        Wall time per call when two threads make the calls.
    parallelism : float
        CPU seconds per wall second of two threads that release.
    """

    size_bytes: int
    held_seconds: float
    released_seconds: float
    cost_fraction: float | None
    held_by_two_seconds: float
    released_by_two_seconds: float
    parallelism: float


def find_break_even(sizes: tuple[int, ...] = SIZES, seconds: float = 0.01) -> Lesson:
    """Call a loop with buffers of several sizes, held and released, in one thread and in two.

    Parameters
    ----------
    sizes : tuple of int
        In bytes, ascending, each at least 0. The cost of releasing, which is the same at any size,
        is measured with the first.
    seconds : float
        About how long to measure each way and size, five times in all.

    Returns
    -------
    Lesson
        With a `SizedCall` for each size.

    Raises
    ------
    ValueError
        When there is no size, or one is negative.
    """
    if not sizes:
        raise ValueError("argument 'sizes' must have one size or more")
    sizes = tuple(check_count("sizes", size, 0) for size in sizes)
    seconds = check_seconds("seconds", seconds, 0, 60, is_open=True)
    alone = {size: _in_one_thread(size, seconds) for size in sizes}
    held, released = alone[sizes[0]]
    cost = released - held if released > held else None
    rows = tuple(_row(size, *alone[size], cost, seconds) for size in sizes)
    worth = [
        row.size_bytes
        for row in rows
        if row.released_by_two_seconds < _GAIN * row.held_by_two_seconds
    ]
    environment = info()
    shown = cost is not None and worth[-1:] == [sizes[-1]] and rows[-1].parallelism > 1
    return Lesson(
        title="a checksum of buffers, GIL held and released, in one thread and in two",
        rows=rows,
        sentence=f"{_cost_in_words(cost, rows)}; {_gain_in_words(worth, sizes, environment.gil_enabled)}.",
        shown=shown if environment.gil_enabled else None,
        environment=environment,
        notes=(
            "Cost is what releasing adds to a call of the first size, as a part of this call. "
            "Parallelism is CPU seconds per wall second of two threads that release.",
        ),
    )


def _cost_in_words(cost: float | None, rows: tuple[SizedCall, ...]) -> str:
    if cost is None:
        return "Releasing costs less than this run can tell"
    cheap = [row.size_bytes for row in rows if (row.cost_fraction or 0.0) < _CHEAP]
    said = f"Releasing costs {cost * 1e9:.0f} ns per call"
    if not cheap:
        return f"{said}, more than 1 % of each of these calls"
    return f"{said}, less than 1 % of a call with {cheap[0]:,} bytes or more"


def _gain_in_words(worth: list[int], sizes: tuple[int, ...], has_gil: bool) -> str:
    if not has_gil:
        return (
            "without a GIL two threads aren't faster by it at any size, but a collection in another "
            "thread doesn't have to wait for the call"
        )
    if worth[-1:] != [sizes[-1]]:
        return "two threads aren't faster by it at the largest of these sizes"
    return f"two threads are faster by it with {_lasting(worth, sizes):,} bytes or more"


def _lasting(worth: list[int], sizes: tuple[int, ...]) -> int:
    """Return the smallest size such that it and all above it are worth it."""
    lasting = worth[-1]
    for size in reversed(sizes):
        if size not in worth:
            break
        lasting = size
    return lasting


def _row(size: int, held: float, released: float, cost: float | None, seconds: float) -> SizedCall:
    held_by_two, released_by_two = _in_two_threads(size, seconds)
    calls = 2 * _calls(size, seconds)
    return SizedCall(
        size_bytes=size,
        held_seconds=held,
        released_seconds=released,
        cost_fraction=None if cost is None else cost / held,
        held_by_two_seconds=held_by_two.wall_seconds / calls,
        released_by_two_seconds=released_by_two.wall_seconds / calls,
        parallelism=released_by_two.parallelism,
    )


def _in_one_thread(size: int, seconds: float) -> tuple[float, float]:
    """Return what a call takes, held and released: the best of several runs, in turn."""
    calls = _calls(size, seconds)
    held = released = float("inf")
    for _ in range(_ROUNDS):
        held = min(held, seconds_of(_many(checksum_held, size, calls)))
        released = min(released, seconds_of(_many(checksum_released, size, calls)))
    return held / calls, released / calls


def _in_two_threads(size: int, seconds: float) -> tuple[RunTiming, RunTiming]:
    """Return the best of several runs of each, in turn."""
    calls = _calls(size, seconds)
    held, released = [], []
    for _ in range(_ROUNDS):
        held.append(_timed_by_two(_many(checksum_held, size, calls)))
        released.append(_timed_by_two(_many(checksum_released, size, calls)))
    best, best_released = (min(runs, key=lambda run: run.wall_seconds) for runs in (held, released))
    return best, best_released


def _timed_by_two(call: Callable[[], None]) -> RunTiming:
    return in_threads(2, lambda _: call())


def _calls(size: int, seconds: float) -> int:
    return max(10, int(seconds / (_CALL_SECONDS + size * _SECONDS_PER_BYTE)))


def _many(function: Callable[[bytes], int], size: int, calls: int) -> Callable[[], None]:
    buffer = bytes(size)

    def call() -> None:
        for _ in repeat(None, calls):
            function(buffer)

    return call
