"""``gilext.watch()``: record who holds the GIL while a block runs."""

from __future__ import annotations

import os
import sys
import threading
from types import TracebackType
from typing import Any

from gilext._native import Sampler
from gilext.core.checks import check_count, check_seconds
from gilext.core.environment import info
from gilext.recording.exits import forget, stop_at_exit
from gilext.recording.holds import Holds, hold_of_row
from gilext.recording.results import (
    Recording,
    held_fraction,
)
from gilext.recording.snapshot import Snapshot
from gilext.recording.thread_names import ThreadNames
from gilext.recording.views import stalls_of, threads_of

DEFAULT_INTERVAL = 200e-6
DEFAULT_STALLS = 0.02
DEFAULT_MEMORY = 64 << 20

BUSY_INTERVAL = 3.3e-3
_NO_WAITS = "neither waiters nor requests of the GIL can be read on this system"
_NO_FRAMES = "the frames of this interpreter are unknown"
_SHORTEST_INTERVAL = 10e-6
_LONGEST_INTERVAL = 1.0


class Watch:
    """A watch over one block; see `watch`.

    After the block, `recording` has the `Recording`, and its attributes are this object's too. A
    child that the program forks has no part in it: leaving the block there does nothing.
    """

    def __init__(self, interval: float | None, stalls: float | None, memory: int) -> None:
        self._interval = DEFAULT_INTERVAL if interval is None else interval
        self._busy_interval = BUSY_INTERVAL if interval is None else interval
        self._stalls = stalls
        self._memory = memory
        self._lock = threading.RLock()  # a signal handler may end what its thread is ending
        self._names = ThreadNames()
        self._sampler: Sampler | None = None
        self._process = 0
        self._has_ended = False
        self._recording: Recording | None = None

    def __enter__(self) -> Watch:
        """Start watching.

        Raises
        ------
        RuntimeError
            When it has been used before.
        UnsupportedInterpreter
            When the layout of the interpreter's GIL is unknown.
        """
        with self._lock:
            if self._sampler is not None:
                raise RuntimeError("a watch can be used only once")
            self._sampler = Sampler(
                self._interval, self._busy_interval, self._stalls or 0.0, self._memory
            )
            try:
                self._process = os.getpid()
                self._names.listen()
                stop_at_exit(self)
                self._sampler.start()
            except BaseException:
                self._end()
                raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop watching, and work out the recording; a second time, nothing happens.

        Raises
        ------
        RuntimeError
            When the block has not begun.
        """
        if self._sampler is None:
            raise RuntimeError("a watch can't end before its block has begun")
        try:
            self._end()
        except BaseException:
            self._end()  # a signal handler has raised, and may have done so halfway
            raise
        if not self._is_in_child():
            _ = self.recording

    def stop(self) -> None:
        """Stop watching, without a recording: the interpreter ends inside the block."""
        if self._sampler is not None:
            self._sampler.stop()

    def _end(self) -> None:
        assert self._sampler is not None
        with self._lock:
            self._sampler.stop()
            self._names.stop()
            forget(self)
            self._has_ended = True

    def _is_in_child(self) -> bool:
        return self._sampler is not None and os.getpid() != self._process

    def name_thread(self, native_id: int, name: str) -> None:
        """Name a thread that `threading` doesn't know."""
        self._names.name(native_id, name)

    @property
    def recording(self) -> Recording:
        """The recording, once the block has ended.

        Raises
        ------
        RuntimeError
            Before that, and in a forked child.
        """
        if self._is_in_child():
            raise RuntimeError(
                "the recording is the parent's: this process was forked inside the watched block; "
                "watch in the child to record the child"
            )
        with self._lock:
            if self._sampler is None or not self._has_ended:
                raise RuntimeError("the recording is available after the with block")
            if self._recording is None:
                self._recording = self._record(self._sampler)
            return self._recording

    def snapshot(self) -> Snapshot:
        """Return what was seen up to now, while the block runs.

        Raises
        ------
        RuntimeError
            Before the block, and in a forked child.
        """
        if self._sampler is None or self._is_in_child():
            raise RuntimeError("there is nothing to see outside the watched block")
        threads = threads_of(self._sampler, self._names.by_native_id())
        totals = self._sampler.totals()  # after the threads, so that none held more than there was
        return Snapshot(
            seconds=(totals["end_ns"] - totals["start_ns"]) * 1e-9,
            held_seconds=sum(thread.held_seconds for thread in threads),
            by_thread=threads,
        )

    def __getattr__(self, name: str) -> Any:
        """Look an attribute up in the recording."""
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            recording = self.recording
        except RuntimeError as reason:
            raise AttributeError(f"{name!r}: {reason}", name=name, obj=self) from None
        return getattr(recording, name)

    def _record(self, sampler: Sampler) -> Recording:
        totals = sampler.totals()
        origin = totals["start_ns"]

        def seconds_from(when_ns: int) -> float | None:
            return (when_ns - origin) * 1e-9 if when_ns else None

        fraction, error = held_fraction(totals)
        longest = (hold_of_row(item, origin) for item in sampler.longest())
        return Recording(
            seconds=(totals["end_ns"] - origin) * 1e-9,
            held_fraction=fraction,
            held_error=error,
            observed_seconds=totals["observed_ns"] * 1e-9,
            interval_seconds=self._interval,
            throttled_seconds=totals["throttled_ns"] * 1e-9,
            samples=totals["samples"],
            longest_gap_seconds=totals["longest_gap_ns"] * 1e-9,
            by_thread=threads_of(sampler, self._names.by_native_id()),
            longest=tuple(sorted(longest, key=lambda hold: -hold.seconds)),
            stall_threshold_seconds=self._stalls,
            stalls=stalls_of(sampler, origin),
            stalls_truncated_at_seconds=seconds_from(totals["stalls_full_ns"]),
            stalls_unavailable_reason=None if sampler.sees_waits else _NO_WAITS,
            lines_unavailable_reason=None if sampler.knows_frames else _NO_FRAMES,
            holds=Holds(sampler, origin),
            holds_truncated_at_seconds=seconds_from(totals["holds_full_ns"]),
            histogram=tuple(sampler.histogram()),
            environment=info(),
        )


def watch(
    interval: float | None = None,
    stalls: float | None = DEFAULT_STALLS,
    memory: int = DEFAULT_MEMORY,
) -> Watch:
    """Record who holds the GIL while a ``with`` block runs.

    A native thread samples the GIL at jittered intervals and never takes it.

    Parameters
    ----------
    interval : float, optional
        Mean seconds between two samples, 10e-6 to 1. By default 200e-6; and 3.3e-3 for as long as
        all cores are busy, when each sample would take one from the program.
    stalls : float, optional
        A hold for which another thread waits that many seconds or more is a stall, and its Python
        lines are noted; None for no stalls.
    memory : int
        Bytes for the holds one by one and for the lines of stalls. A recording that needs more has
        its totals, its longest holds and its histogram all the same, and says from when on the
        rest is missing.

    Returns
    -------
    Watch
        A context manager; its `Recording` is there when the block has ended.

    Raises
    ------
    TypeError, ValueError
        When an argument has the wrong type or is out of its range.
    UnsupportedInterpreter
        On entering, if the layout of the interpreter's GIL is unknown.
    """
    if interval is not None:
        interval = check_seconds("interval", interval, _SHORTEST_INTERVAL, _LONGEST_INTERVAL)
    if stalls is not None:
        stalls = check_seconds("stalls", stalls, 2 * (interval or DEFAULT_INTERVAL))
    memory = check_count("memory", memory, 0, sys.maxsize)
    return Watch(interval, stalls, memory)
