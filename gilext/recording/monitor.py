"""``gilext.monitor()``: a rolling held fraction for programs that run for long."""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from gilext._native import Sampler
from gilext.core.checks import check_seconds
from gilext.core.report import Report, facts
from gilext.core.results import Result
from gilext.recording.results import held_fraction
from gilext.recording.summary import held_part
from gilext.recording.watch import BUSY_INTERVAL

DEFAULT_WINDOW = 10.0
DEFAULT_INTERVAL = 0.5e-3

_STEPS_A_WINDOW = 10
_SUMS = (
    "held_ns",
    "observed_ns",
    "observed_held_ns",
    "observed_pairs",
    "changes",
    "changes_ns2",
    "unseen_ns2",
)


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

    def start(self) -> None:
        """Begin to watch.

        Raises
        ------
        RuntimeError
            Where it has begun already.
        UnsupportedInterpreter
            Where the layout of the interpreter's GIL is unknown.
        """
        if self._sampler is not None:
            raise RuntimeError("the monitor runs already")
        sampler = Sampler(self._interval, max(self._interval, BUSY_INTERVAL), 0.0, 0)
        sampler.start()
        self._sampler = sampler
        # One step more than a window has: the oldest is where the window begins.
        self._steps: deque[tuple[dict[str, Any], float]] = deque(maxlen=_STEPS_A_WINDOW + 1)
        self._steps.append((sampler.totals(), 0.0))
        self._longest = 0.0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._step_on, name="gilext monitor", daemon=True)
        self._thread.start()
        _running.add(self)

    def stop(self) -> None:
        """Stop; nothing happens where it doesn't run. What was read last can still be read."""
        if self._sampler is None:
            return
        self._last = self.read()
        _running.discard(self)
        self._is_over.set()
        self._thread.join()
        self._sampler.stop()
        self._sampler = None

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
        return self._sampler is not None

    def read(self) -> MonitorReading:
        """Return what was seen in the window that ends now.

        Raises
        ------
        RuntimeError
            Before it was ever started.
        """
        sampler = self._sampler
        if sampler is None:
            if self._last is None:
                raise RuntimeError("the monitor was never started")
            return self._last
        with self._lock:
            now = sampler.totals()
            self._longest = max(self._longest, sampler.pop_longest_hold() * 1e-9)
            (oldest, _), *steps = self._steps
            longest = max(self._longest, *(longest for _, longest in steps), 0.0)
        window = {name: now[name] - oldest[name] for name in _SUMS}
        window |= {"start_ns": oldest["end_ns"], "end_ns": now["end_ns"]}
        fraction, error = held_fraction(window)
        return MonitorReading(
            window_seconds=(window["end_ns"] - window["start_ns"]) * 1e-9,
            held_fraction=fraction,
            held_error=error,
            longest_hold_seconds=longest,
            held_seconds_total=now["held_ns"] * 1e-9,
            seconds_total=(now["end_ns"] - now["start_ns"]) * 1e-9,
        )

    def _step_on(self) -> None:
        sampler = self._sampler
        assert sampler is not None
        while not self._is_over.wait(self._window / _STEPS_A_WINDOW):
            with self._lock:
                longest = max(self._longest, sampler.pop_longest_hold() * 1e-9)
                # The longest of a step stands beside the totals at its end.
                self._steps.append((sampler.totals(), longest))
                self._longest = 0.0

    def _start_again(self) -> None:
        self._lock = threading.RLock()
        self._sampler = None
        self.start()


def monitor(window: float = DEFAULT_WINDOW, interval: float = DEFAULT_INTERVAL) -> Monitor:
    """Begin to keep a rolling held fraction and the longest hold, for as long as a program runs.

    A native thread looks at the GIL and never takes it; its memory doesn't grow. Ten times a
    window, a Python thread, ``gilext monitor``, moves the window on. A forked child has a monitor
    of its own, that begins with the fork.

    Parameters
    ----------
    window : float
        The seconds that a reading is over, 0.1 to 3600.
    interval : float
        Mean seconds between two looks, 10e-6 to 1; it is 3.3e-3 at least for as long as the
        program keeps all cores busy.

    Returns
    -------
    Monitor
        It runs; ``read()`` reads it, and ``stop()`` or the end of a ``with`` block stops it.

    Raises
    ------
    TypeError, ValueError
        When an argument has the wrong type or is out of its range.
    UnsupportedInterpreter
        Where the layout of the interpreter's GIL is unknown.
    """
    window = check_seconds("window", window, 0.1, 3600.0)
    interval = check_seconds("interval", interval, 10e-6, 1.0)
    started = Monitor(window, interval)
    started.start()
    return started


_running: weakref.WeakSet[Monitor] = weakref.WeakSet()


def _start_all_again() -> None:
    for forked in list(_running):
        forked._start_again()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_all_again)
