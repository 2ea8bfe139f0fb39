"""``gilext.monitor()``: who holds the GIL and who waits, in programs that run for long."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Literal

from gilext._native import Sampler
from gilext.core.checks import check_seconds
from gilext.recording.exits import forget, stop_at_exit
from gilext.recording.fork_warnings import expect_forks
from gilext.recording.reading import MonitorReading, reading_of
from gilext.recording.watch import DEFAULT_BUDGET
from gilext.recording.watchdog import (
    STANDARD_ERROR,
    Guard,
    HasDescriptor,
    MonitorStall,
    Watchdog,
    check_watchdog,
)

DEFAULT_WINDOW = 10.0
DEFAULT_INTERVAL = 0.5e-3


class Monitor:
    """A monitor of the GIL; see `monitor`. It may be read from any thread, at any time."""

    def __init__(
        self, window: float, interval: float, budget: float, watchdog: Watchdog | None = None
    ) -> None:
        self._window = window
        self._interval = interval
        self._budget = budget
        self._watchdog = watchdog
        self._guard: Guard | None = None
        self._lock = threading.RLock()  # a signal handler may read while its thread reads
        self._sampler: Sampler | None = None
        self._last: MonitorReading | None = None
        self._begins_when_read = False  # in a forked child

    def start(self) -> None:
        """Start watching.

        Raises
        ------
        RuntimeError
            When it is already running.
        UnsupportedInterpreter
            When the layout of the interpreter's GIL is unknown.
        """
        with self._lock:
            if self.is_running:
                raise RuntimeError("the monitor runs already")
            self._begin()

    def _begin(self) -> Sampler:
        sampler = Sampler(self._interval, self._budget, 0.0, 0, self._window, lines=False)
        guard = None if self._watchdog is None else self._watchdog.guard(sampler)
        try:
            if guard is not None:
                guard.start()
            sampler.start()
        except BaseException:
            sampler.stop()
            if guard is not None:
                guard.close()
            raise
        self._sampler, self._guard = sampler, guard
        self._begins_when_read = False
        stop_at_exit(self)
        expect_forks()
        _running.add(self)
        if guard is not None:
            _guarding.add(self)
        return sampler

    def stop(self) -> None:
        """Stop; if it isn't running, do nothing. The last reading can still be read.

        A running callback is waited for, up to five seconds, unless it is what calls this.
        """
        with self._lock:
            guard, self._guard = self._guard, None
            if self._sampler is not None:
                self._sampler.stop()
                self._last = reading_of(self._sampler)
                self._sampler = None
            self._begins_when_read = False
            _running.discard(self)
            _guarding.discard(self)
            forget(self)
        if guard is not None:
            guard.close()
            guard.join()

    def __enter__(self) -> Monitor:
        """Return the monitor, which is running."""
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
        """Whether it is running."""
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
                if self._guard is not None:
                    self._guard.name_threads()
                return reading_of(self._sampler)
            if self._last is None:
                raise RuntimeError("the monitor was never started")
            return self._last

    def _begin_again(self) -> None:
        """In a forked child, in which no thread but one is: with a watchdog, at once."""
        self._lock = threading.RLock()  # a thread that isn't here may have had it
        self._sampler = None
        self._last = None
        self._begins_when_read = True
        guard, self._guard = self._guard, None
        if guard is not None:
            guard.close()
            self._begin()


def monitor(
    window: float = DEFAULT_WINDOW,
    interval: float = DEFAULT_INTERVAL,
    *,
    budget: float = DEFAULT_BUDGET,
    watchdog: float | None = None,
    on_stall: Callable[[MonitorStall], object] | None = None,
    watchdog_file: HasDescriptor | int | None = STANDARD_ERROR,
    watchdog_format: Literal["text", "json"] = "text",
) -> Monitor:
    """Start measuring how long the GIL is held and waited for, for as long as a program runs.

    A native thread samples the GIL and never takes it. Its memory doesn't grow, and it starts no
    Python thread, unless there is a callback. In a forked child it starts again when it is first
    read there, or at once if it has a watchdog.

    Parameters
    ----------
    window : float
        How many seconds a reading covers, 0.1 to 3600. The window moves in tenths of its length.
    interval : float
        Mean seconds between two samples, 10e-6 to 1; longer while every core is busy, to stay
        within the budget.
    budget : float
        How much of one core samples may take from the program while every core is busy, above 0
        and at most 1; the cost of a sample is measured as it runs.
    watchdog : float, optional
        When a thread has waited that many seconds, 0.01 to 3600, for one hold to end, the native
        thread writes who holds the GIL, since when, on which lines, and how many threads wait. It
        does so again each time the stall has lasted twice as long, at most 12 times per minute,
        and once when it is over. If waiters are unknown, a wait begins when the thread asks for
        the GIL, after a switch interval.
    on_stall : callable, optional
        Called with a `MonitorStall` after each such stall, one at a time, in its own daemon thread
        named "gilext on_stall". An exception that it raises goes to ``sys.unraisablehook``. After
        the main thread has ended, it isn't called any more.
    watchdog_file : file or int or None
        Where to write: a file with a descriptor, or the descriptor itself; by default standard
        error. None for nowhere. The file is reopened or duplicated, so closing or redirecting it
        later changes nothing. If a pipe is full, the message is dropped, and the next one says so.
    watchdog_format : {"text", "json"}
        Lines for people to read, or one JSON object per line.

    Returns
    -------
    Monitor
        It is running; ``read()`` reads it, and ``stop()`` or the end of a ``with`` block stops it.
        With a watchdog it runs to the end of the program even if you don't keep a reference.

    Raises
    ------
    TypeError, ValueError
        When an argument has the wrong type or is out of its range.
    OSError
        When the watchdog's file isn't open.
    UnsupportedInterpreter
        When the layout of the interpreter's GIL is unknown.
    """
    window = check_seconds("window", window, 0.1, 3600.0)
    interval = check_seconds("interval", interval, 10e-6, 1.0)
    budget = check_seconds("budget", budget, 0.0, 1.0, is_open=True)
    guarding = check_watchdog(watchdog, on_stall, watchdog_file, watchdog_format)
    started = Monitor(window, interval, budget, guarding)
    started.start()
    return started


_running: weakref.WeakSet[Monitor] = weakref.WeakSet()
_guarding: set[Monitor] = set()  # a watchdog is useful even if no reference to its monitor is kept


def _begin_all_again() -> None:
    for forked in list(_running):
        forked._begin_again()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_all_again)
