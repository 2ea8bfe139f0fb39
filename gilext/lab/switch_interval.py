"""How long does a thread wait for a GIL that Python code holds? The switch interval.

A thread that wants the GIL waits for ``sys.getswitchinterval()``, 5 ms by default, and then asks
the holder to release it, which Python code does at its next chance. C code that holds it isn't
asked until the call returns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gilext._native import hold_for
from gilext.checking.checkup import check
from gilext.core.checks import check_seconds
from gilext.core.environment import info
from gilext.core.switch_interval import switch_interval
from gilext.core.units import in_words
from gilext.lab.lesson import Lesson
from gilext.loops.pure import spin

INTERVALS = (0.0005, 0.001, 0.005, 0.02)
HOLD_SECONDS = 0.03
PYTHON, IN_C = "a loop in Python", "C, held, 30 ms per call"
_STEPS = 300_000


@dataclass(frozen=True, slots=True)
class WaitedFor:
    """What one switch interval does to a thread that waits.

    Attributes
    ----------
    holder : str
        What held the GIL, or was attached where there is none.
    interval_seconds : float
        ``sys.getswitchinterval()`` during the wait.
    median_wait_seconds, longest_wait_seconds : float
        How long a native thread that requested the GIL waited for it; without a GIL, one that
        stopped the world.
    requests : int
        How often it did.
    """

    holder: str
    interval_seconds: float
    median_wait_seconds: float
    longest_wait_seconds: float
    requests: int


def wait_for_python(intervals: tuple[float, ...] = INTERVALS, seconds: float = 0.7) -> Lesson:
    """Request the GIL while a loop in Python holds it, and while C code does.

    Parameters
    ----------
    intervals : tuple of float
        Switch intervals in seconds, ascending. All are tried with Python code, and the first and
        the last one with C code. The one that was set comes back afterwards.
    seconds : float
        How long to measure each.

    Returns
    -------
    Lesson
        With a `WaitedFor` for each interval and holder.

    Raises
    ------
    ValueError
        When there is no interval, or one is not above 0.
    UnsupportedInterpreter
        When the layout of the interpreter's GIL is unknown.
    RuntimeError
        When the GIL wasn't requested once, as the machine is too busy.
    """
    if not intervals:
        raise ValueError("argument 'intervals' must have one interval or more")
    intervals = tuple(check_seconds("intervals", one, 0, 60, is_open=True) for one in intervals)
    environment = info()
    ends = dict.fromkeys((intervals[0], intervals[-1]))
    python = [_wait_at(interval, seconds, PYTHON, spin, _STEPS) for interval in intervals]
    in_c = [_wait_at(interval, seconds, IN_C, hold_for, HOLD_SECONDS) for interval in ends]
    has_gil = environment.gil_enabled
    return Lesson(
        title=(
            "a native thread requests the GIL while another thread holds it"
            if has_gil
            else "a native thread stops the world while another thread is attached"
        ),
        rows=(*python, *in_c),
        sentence=(_sentence if has_gil else _sentence_without_a_gil)(python, in_c),
        shown=_is_shown(python, in_c) if has_gil else None,
        environment=environment,
    )


def _is_shown(python: list[WaitedFor], in_c: list[WaitedFor]) -> bool:
    """Return whether the wait for Python code follows the interval, and that for C code doesn't."""
    grows = python[-1].median_wait_seconds / python[0].median_wait_seconds
    grows_in_c = in_c[-1].median_wait_seconds / in_c[0].median_wait_seconds
    return len(python) == 1 or grows > max(1.0, grows_in_c)


def _sentence(python: list[WaitedFor], in_c: list[WaitedFor]) -> str:
    def to(row: WaitedFor) -> str:
        return (
            f"{row.median_wait_seconds * 1e3:.2f} ms at an interval of "
            f"{row.interval_seconds * 1e3:g} ms"
        )

    return (
        f"Behind Python code the median wait is {to(python[0])} and {to(python[-1])}; behind C code "
        f"that holds the GIL it is {to(in_c[0])} and {to(in_c[-1])}. A thread waits for one interval "
        "before it asks for the GIL, and C code doesn't listen before its call returns."
    )


def _sentence_without_a_gil(python: list[WaitedFor], in_c: list[WaitedFor]) -> str:
    def at_both(rows: list[WaitedFor]) -> str:
        return " and ".join(in_words(row.median_wait_seconds) for row in (rows[0], rows[-1]))

    return (
        "Without a GIL no thread waits for one, and the interval means nothing. To stop the world "
        f"takes {at_both(python)} during Python code, {at_both(in_c)} during C code that stays "
        "attached: it doesn't listen before its call returns, with a GIL or without one."
    )


def _wait_at(
    interval: float, seconds: float, holder: str, function: Callable[..., object], argument: Any
) -> WaitedFor:
    with switch_interval(interval):
        checkup = check(function, argument, seconds=seconds)
    if checkup.median_stall_seconds is None or checkup.stall_seconds is None:
        raise RuntimeError(f"no thread requested the GIL in {seconds:g} s: raise seconds=")
    return WaitedFor(
        holder, interval, checkup.median_stall_seconds, checkup.stall_seconds, checkup.requests
    )
