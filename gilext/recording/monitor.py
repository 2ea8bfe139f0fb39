"""``gilext.monitor()``: a rolling held fraction for programs that run for long."""

from __future__ import annotations

import os
import threading
import weakref
from dataclasses import dataclass
from types import TracebackType

from gilext._native import Sampler
from gilext.core.checks import check_seconds
from gilext.core.report import Report, facts
from gilext.core.results import Result
from gilext.recording.exits import forget, stop_at_exit
from gilext.recording.results import held_fraction
from gilext.recording.summary import held_part
from gilext.recording.watch import BUSY_INTERVAL

DEFAULT_WINDOW = 10.0
DEFAULT_INTERVAL = 0.5e-3


@dataclass(frozen=True, slots=True)
class MonitorReading(Result):
    """What a monitor saw.

    Attributes
    ----------
    window_seconds : float
        The time that the next three are over: the window, or less at first.
    held_fraction, held_error : float or None
        Held time over time, and half of its 95 % confidence interval; None for no time.
    longest_hold_seconds : float
        The longest hold that ended in the window, or that goes on.
    held_seconds_total, seconds_total : float
        Held time, and time, since the monitor began. They only grow.
    """

    window_seconds: float
    held_fraction: float | None
    held_error: float | None
    longest_hold_seconds: float
    held_seconds_total: float
    seconds_total: float

    def report(self) -> Report:
        """Return what was held in the window, and since the monitor began."""
        held = held_part(self.held_fraction, self.held_error)
        longest = f"{self.longest_hold_seconds * 1e3:.2f} ms"
        since = f"{self.held_seconds_total:.3f} s of {self.seconds_total:.3f} s"
        return Report(
            title=f"the GIL was held for {held} of the last {self.window_seconds:.1f} s",
            body=(facts(("longest hold", longest), ("held since the start", since)),),
        )


class Monitor:
    """A monitor of the GIL; see `monitor`. It may be read from any thread, at any time."""

    def __init__(self, window: float, interval: float) -> None:
        self._window = window
        self._interval = interval
        self._lock = threading.RLock()  # a signal handler may read while its thread reads
        self._sampler: Sampler | None = None
        self._last: MonitorReading | None = None
        self._begins_when_read = False  # in a forked child

    def start(self) -> None:
        """Begin to watch.

        Raises
        ------
        RuntimeError
            When it has begun already.
        UnsupportedInterpreter
            When the layout of the interpreter's GIL is unknown.
        """
        with self._lock:
            if self.is_running:
                raise RuntimeError("the monitor runs already")
            self._begin()

    def _begin(self) -> Sampler:
        busy_interval = max(self._interval, BUSY_INTERVAL)
        sampler = Sampler(self._interval, busy_interval, 0.0, 0, self._window)
        sampler.start()
        self._sampler = sampler
        self._begins_when_read = False
        stop_at_exit(self)
        _running.add(self)
        return sampler

    def stop(self) -> None:
        """Stop; nothing happens when it doesn't run. What was read last can still be read."""
        with self._lock:
            if self._sampler is not None:
                self._sampler.stop()
                self._last = _reading_of(self._sampler)
                self._sampler = None
            self._begins_when_read = False
            _running.discard(self)
            forget(self)

    def __enter__(self) -> Monitor:
        """Return the monitor, which runs."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    @property
    def is_running(self) -> bool:
        """Whether it watches."""
        return self._sampler is not None or self._begins_when_read

    def read(self) -> MonitorReading:
        """Return what was seen in the window that ends now.

        Raises
        ------
        RuntimeError
            Before it was ever started.
        """
        with self._lock:
            if self._begins_when_read:
                self._begin()
            if self._sampler is not None:
                return _reading_of(self._sampler)
            if self._last is None:
                raise RuntimeError("the monitor was never started")
            return self._last

    def _begin_again_when_read(self) -> None:
        self._lock = threading.RLock()  # a thread that isn't here may have had it
        self._sampler = None
        self._last = None
        self._begins_when_read = True


def _reading_of(sampler: Sampler) -> MonitorReading:
    window = sampler.window()
    totals = sampler.totals()  # after the window, so that no window has more than the total
    assert window is not None, "it was started with a window"
    fraction, error = held_fraction(window)
    return MonitorReading(
        window_seconds=(window["end_ns"] - window["start_ns"]) * 1e-9,
        held_fraction=fraction,
        held_error=error,
        longest_hold_seconds=window["longest_hold_ns"] * 1e-9,
        held_seconds_total=totals["held_ns"] * 1e-9,
        seconds_total=(totals["end_ns"] - totals["start_ns"]) * 1e-9,
    )


def monitor(window: float = DEFAULT_WINDOW, interval: float = DEFAULT_INTERVAL) -> Monitor:
    """Begin to keep a rolling held fraction and the longest hold, for as long as a program runs.

    A native thread samples the GIL and never takes it; its memory doesn't grow, and no Python
    thread is started. In a forked child it begins anew when it is first read there.

    Parameters
    ----------
    window : float
        The seconds that a reading is over, 0.1 to 3600. It moves on in tenths of its length.
    interval : float
        Mean seconds between two samples, 10e-6 to 1; at least 3.3e-3 for as long as all cores
        are busy.

    Returns
    -------
    Monitor
        It runs; ``read()`` reads it, and ``stop()`` or the end of a ``with`` block stops it.

    Raises
    ------
    TypeError, ValueError
        When an argument has the wrong type or is out of its range.
    UnsupportedInterpreter
        When the layout of the interpreter's GIL is unknown.
    """
    window = check_seconds("window", window, 0.1, 3600.0)
    interval = check_seconds("interval", interval, 10e-6, 1.0)
    started = Monitor(window, interval)
    started.start()
    return started


_running: weakref.WeakSet[Monitor] = weakref.WeakSet()


def _begin_all_again() -> None:
    for forked in list(_running):
        forked._begin_again_when_read()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_all_again)
