"""How long does a thread wait for a GIL that Python code holds? The switch interval.

A thread that wants the GIL waits for ``sys.getswitchinterval()``, 5 ms by default, and then tells
the holder, who gives way at its next chance. C code that holds it doesn't listen.
"""

from __future__ import annotations

from dataclasses import dataclass

from gilext.checking.checkup import check
from gilext.core.checks import check_seconds
from gilext.core.environment import info
from gilext.core.switch_interval import switch_interval
from gilext.lab.lesson import Lesson
from gilext.loops.pure import spin

INTERVALS = (0.0005, 0.001, 0.005, 0.02)
_STEPS = 300_000


@dataclass(frozen=True, slots=True)
class WaitedFor:
    """What one switch interval does to a thread that waits.

    Attributes
    ----------
    interval_seconds : float
        ``sys.getswitchinterval()`` during the wait.
    median_stall_seconds, longest_stall_seconds : float
        How long a native thread that asked for the GIL waited for it.
    asked : int
        How often it asked.
    """

    interval_seconds: float
    median_stall_seconds: float
    longest_stall_seconds: float
    requests: int


def wait_for_python(intervals: tuple[float, ...] = INTERVALS, seconds: float = 1.0) -> Lesson:
    """Ask for the GIL beside a loop in Python, at several switch intervals.

    Parameters
    ----------
    intervals : tuple of float
        Switch intervals, in seconds; the one that was set comes back afterwards.
    seconds : float
        How long to measure each.

    Returns
    -------
    Lesson
        With a `WaitedFor` for each interval.

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
    rows = tuple(_wait_at(interval, seconds) for interval in intervals)
    shortest, longest = rows[0], rows[-1]
    follows = shortest.median_stall_seconds < longest.median_stall_seconds
    if environment.gil_enabled:
        sentence = (
            f"The median wait goes from {shortest.median_stall_seconds * 1e3:.2f} ms at an interval "
            f"of {shortest.interval_seconds * 1e3:g} ms to {longest.median_stall_seconds * 1e3:.2f} "
            f"ms at {longest.interval_seconds * 1e3:g} ms: a thread that wants the GIL waits for "
            "one interval."
        )
    else:
        sentence = (
            "Without a GIL nobody waits for one: the median is "
            f"{longest.median_stall_seconds * 1e3:.3f} ms at any interval."
        )
    return Lesson(
        title="a native thread asks for the GIL beside a loop in Python",
        rows=rows,
        sentence=sentence,
        shown=environment.gil_enabled and follows,
        environment=environment,
    )


def _wait_at(interval: float, seconds: float) -> WaitedFor:
    with switch_interval(interval):
        checkup = check(spin, _STEPS, seconds=seconds)
    if checkup.median_stall_seconds is None or checkup.stall_seconds is None:
        raise RuntimeError(f"no thread requested the GIL in {seconds:g} s: raise seconds=")
    return WaitedFor(
        interval, checkup.median_stall_seconds, checkup.stall_seconds, checkup.requests
    )
