"""The size from which on releasing gives more than it costs.

Releasing and taking the GIL again costs some tens of nanoseconds a call, and more when another
thread wants it. A call that is shorter than that is better off holding it. Known thresholds:
2047 bytes in CPython's hashlib, 5 KiB in zlib's checksums, 500 elements in numpy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import repeat

from gilext._native import checksum_held, checksum_released
from gilext.core.checks import check_count, check_seconds
from gilext.core.environment import info
from gilext.lab.lesson import Lesson, in_threads, seconds_of

SIZES = (0, 64, 256, 1024, 4096, 16_384, 65_536, 262_144)
_SECONDS_A_BYTE = 1e-9
_CALL_SECONDS = 60e-9
_GAIN = 0.9  # less than so much of the time is a gain, and no chance


@dataclass(frozen=True, slots=True)
class SizedCall:
    """One size of a call of ``checksum_held`` and ``checksum_released``.

    Attributes
    ----------
    size_bytes : int
        Of the buffer.
    held_seconds, released_seconds : float
        What a call takes in one thread.
    cost_fraction : float
        What releasing adds to the call.
    held_together_seconds, released_together_seconds : float
        Wall time for each call when two threads make them.
    """

    size_bytes: int
    held_seconds: float
    released_seconds: float
    cost_fraction: float
    held_together_seconds: float
    released_together_seconds: float


def find_break_even(sizes: tuple[int, ...] = SIZES, seconds: float = 0.025) -> Lesson:
    """Call a loop with buffers of several sizes, held and released, in one thread and in two.

    Parameters
    ----------
    sizes : tuple of int
        In bytes, ascending, each at least 0.
    seconds : float
        About how long to measure each way and size; six times that in all.

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
    rows = tuple(_measured(size, seconds) for size in sizes)
    worth = [
        row.size_bytes
        for row in rows
        if row.released_together_seconds < _GAIN * row.held_together_seconds
    ]
    cheap = [row.size_bytes for row in rows if row.cost_fraction < 0.01]
    environment = info()
    if not environment.gil_enabled:
        gain = "without a GIL nothing is gained by it at any size"
    elif worth:
        gain = f"in two threads it gains from {_lasting(worth, sizes):,} bytes on"
    else:
        gain = "in two threads it gains at none of these sizes"
    little, much = rows[0], rows[-1]
    added = little.released_seconds - little.held_seconds
    cost = f"{added * 1e9:.0f} ns" if added > 0 else "less than this run can tell"
    one_percent = f"{cheap[0]:,} bytes" if cheap else "more than all of these"
    return Lesson(
        title="a checksum of buffers, GIL held and released, in one thread and in two",
        rows=rows,
        sentence=(
            f"Releasing costs {cost} a call of {little.size_bytes} bytes, and less than "
            f"1 % from {one_percent} on; {gain}."
        ),
        shown=(
            environment.gil_enabled
            and much.size_bytes in worth
            and little.cost_fraction > max(0, much.cost_fraction)
        ),
        environment=environment,
    )


def _lasting(worth: list[int], sizes: tuple[int, ...]) -> int:
    """Return the size from which on every size is worth it, or the first that is."""
    lasting = worth[-1]
    for size in reversed(sizes):
        if size not in worth:
            break
        lasting = size
    return lasting


def _measured(size: int, seconds: float) -> SizedCall:
    buffer = bytes(size)
    calls = max(10, int(seconds / (_CALL_SECONDS + size * _SECONDS_A_BYTE)))

    def many(function: Callable[[bytes], int]) -> None:
        for _ in repeat(None, calls):
            function(buffer)

    held = released = held_together = released_together = float("inf")
    for _ in range(3):
        held = min(held, seconds_of(lambda: many(checksum_held)))
        released = min(released, seconds_of(lambda: many(checksum_released)))
        held_together = min(
            held_together, in_threads(2, lambda _: many(checksum_held)).wall_seconds
        )
        released_together = min(
            released_together, in_threads(2, lambda _: many(checksum_released)).wall_seconds
        )
    return SizedCall(
        size_bytes=size,
        held_seconds=held / calls,
        released_seconds=released / calls,
        cost_fraction=released / held - 1,
        held_together_seconds=held_together / (2 * calls),
        released_together_seconds=released_together / (2 * calls),
    )
