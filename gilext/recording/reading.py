"""What a monitor says when it is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gilext._native import Sampler
from gilext.core.report import Report, facts
from gilext.core.results import Result
from gilext.recording.estimates import Waits, held_fraction, waits
from gilext.recording.recorded import NO_WAITERS
from gilext.recording.summary import held_part
from gilext.recording.without_gil import attached_seconds, without_gil_of

NO_GIL = "there was no GIL to wait for"


@dataclass(frozen=True, slots=True)
class MonitorReading(Result):
    """What a monitor saw.

    Attributes
    ----------
    window_seconds : float
        The time that what has no ``total`` in its name is over: the window, or less at first.
    held_fraction, held_error : float or None
        Held time over time, and half of its 95 % confidence interval; None for no time, and if
        there was never a GIL.
    longest_hold_seconds : float or None
        The longest hold that ended in the window, or that goes on; None if there was never a GIL.
    held_seconds_total, seconds_total : float
        Held time, and time, since the monitor began. They only grow, as every total does.
    pressure, pressure_error : float or None
        The share of time in which at least one thread waited for the GIL, and half of its 95 %
        confidence interval. It is the *some* of Linux's `pressure stall information
        <https://docs.kernel.org/accounting/psi.html>`__. None where waiters are unknown.
    pressure_seconds_total : float or None
        The time in which at least one thread waited, since the monitor began.
    waiters, waiters_error : float or None
        How many threads waited on average while the GIL was held; None also if it never was. (Over
        all time, the rate of `wait_seconds_total` is that average.)
    wait_seconds_total : float or None
        What all threads waited, together, since the monitor began: thread-seconds.
    longest_wait_seconds : float or None
        The longest that one thread has certainly waited for one hold that ended in the window, or
        that goes on; None if neither waiters nor requests can be seen.
    waits_unavailable_reason : str or None
        Why waiters are unknown; None if they are known.
    attached_seconds_total : float or None
        For how long threads were attached while there was no GIL, all together, since the monitor
        began: thread-seconds. None if there was a GIL all the time.
    """

    window_seconds: float
    held_fraction: float | None
    held_error: float | None
    longest_hold_seconds: float | None
    held_seconds_total: float
    seconds_total: float
    pressure: float | None = None
    pressure_error: float | None = None
    pressure_seconds_total: float | None = None
    waiters: float | None = None
    waiters_error: float | None = None
    wait_seconds_total: float | None = None
    longest_wait_seconds: float | None = None
    waits_unavailable_reason: str | None = None
    attached_seconds_total: float | None = None

    def report(self) -> Report:
        """Return what was held and waited for in the window, and since the monitor began."""
        if self.longest_hold_seconds is None:
            return Report(
                title=f"there was no GIL in {self.seconds_total:.1f} s",
                body=(facts(*self._attached()),),
            )
        held = held_part(self.held_fraction, self.held_error)
        return Report(
            title=f"the GIL was held for {held} of the last {self.window_seconds:.1f} s",
            body=(facts(*self._waits(), *self._holds(), *self._attached()),),
            notes=tuple(filter(None, (self.waits_unavailable_reason,))),
        )

    def _waits(self) -> Iterator[tuple[str, str]]:
        if self.pressure is not None:
            share = held_part(self.pressure, self.pressure_error)
            yield "time in which a thread waited", share
        if self.waiters is not None:
            yield "waiting threads while it was held", f"{self.waiters:.2f}"
        if self.longest_wait_seconds is not None:
            yield "longest wait", f"{self.longest_wait_seconds * 1e3:.2f} ms"
        if self.wait_seconds_total is not None:
            yield "waited since the start, by all threads", f"{self.wait_seconds_total:.3f} s"

    def _holds(self) -> Iterator[tuple[str, str]]:
        yield "longest hold", f"{(self.longest_hold_seconds or 0.0) * 1e3:.2f} ms"
        since = f"{self.held_seconds_total:.3f} s of {self.seconds_total:.3f} s"
        yield "held since the start", since

    def _attached(self) -> Iterator[tuple[str, str]]:
        if self.attached_seconds_total is not None:
            attached = f"{self.attached_seconds_total:.3f} s"
            yield "attached without a GIL since the start, all threads", attached


def reading_of(sampler: Sampler) -> MonitorReading:
    """Return what a sampler with a window has seen by now."""
    window = sampler.window()
    totals = sampler.totals()  # after the window, so that no window has more than the total
    assert window is not None, "it was started with a window"
    world = sampler.attached()
    without = without_gil_of(world, (totals["end_ns"] - totals["start_ns"]) * 1e-9)
    has_gil = not without.was_always
    fraction, error = held_fraction(window) if has_gil else (None, None)
    counts_waiters = sampler.counts_waiters and has_gil
    waited = waits(window) if counts_waiters else Waits()
    return MonitorReading(
        window_seconds=(window["end_ns"] - window["start_ns"]) * 1e-9,
        held_fraction=fraction,
        held_error=error,
        longest_hold_seconds=window["longest_hold_ns"] * 1e-9 if has_gil else None,
        held_seconds_total=totals["held_ns"] * 1e-9,
        seconds_total=(totals["end_ns"] - totals["start_ns"]) * 1e-9,
        pressure=waited.pressure,
        pressure_error=waited.pressure_error,
        pressure_seconds_total=totals["pressure_ns"] * 1e-9 if counts_waiters else None,
        waiters=waited.waiters,
        waiters_error=waited.waiters_error,
        wait_seconds_total=totals["wait_ns"] * 1e-9 if counts_waiters else None,
        longest_wait_seconds=(
            window["longest_wait_ns"] * 1e-9 if sampler.sees_waits and has_gil else None
        ),
        waits_unavailable_reason=_why_no_waits(sampler, has_gil),
        attached_seconds_total=attached_seconds(world) if without.was_seen else None,
    )


def _why_no_waits(sampler: Sampler, has_gil: bool) -> str | None:
    if not has_gil:
        return NO_GIL
    return None if sampler.counts_waiters else NO_WAITERS
