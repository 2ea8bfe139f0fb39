"""Lines that tell, while a program runs, who holds the GIL."""

from __future__ import annotations

import _thread
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

from gilext._native import Ticker
from gilext.core.streams import prepare
from gilext.recording.parts import ThreadTime
from gilext.recording.snapshot import Snapshot
from gilext.recording.watch import Watch

_PAUSE_SECONDS = 1.0
_MAX_THREADS = 4
_LEAST_SHARE = 0.005


class LiveLines:
    """Between `start` and `stop`, writes the state of a watch each second.

    Each is a line of its own: one that is written over would take the program's own output with
    it. A line takes the GIL for some microseconds, in a native thread that the recording calls
    ``gilext live``; what it waits counts for nothing. `threading` doesn't know it: a program may
    join all threads that it finds there, or wait until none is left.

    Parameters
    ----------
    watched : Watch
        A watch that has begun.
    stream : file
        Where to write.
    """

    def __init__(self, watched: Watch, stream: TextIO) -> None:
        self._watched = watched
        self._stream = stream
        self._before = Snapshot(0.0, 0.0, ())
        self._ticker = Ticker(self._next, _PAUSE_SECONDS)

    def start(self) -> None:
        """Begin to write.

        Raises
        ------
        RuntimeError
            The second time, or if no thread can be started.
        """
        self._ticker.start()

    def stop(self) -> None:
        """Stop; a second time, nothing happens."""
        self._ticker.stop()

    def __enter__(self) -> LiveLines:
        """Begin to write."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def _next(self) -> tuple[int, bytes] | None:
        """Return where to write the next line, and the line."""
        self._watched.name_thread(_thread.get_native_id(), "gilext live")
        now = self._watched.snapshot()
        line = line_between(self._before, now) + "\n"
        self._before = now
        return prepare(self._stream, line)


def line_between(before: Snapshot, now: Snapshot) -> str:
    """Return what happened between two snapshots: the held fraction and the top holders.

    The threads' shares add up to no more than the fraction. A hold that began before the first
    snapshot is laid on its thread when it ends, so their sum alone could be more.
    """
    seconds = max(now.seconds - before.seconds, 1e-9)
    if not now.has_gil:
        return _attached_between(before, now, seconds)
    held = min(1.0, max(0.0, (now.held_seconds - before.held_seconds) / seconds))
    gains = _gains(before, now, lambda thread: thread.held_seconds)
    whole = max(sum(gain for gain, _ in gains), held * seconds)
    shares = [(held * gain / whole, name) for gain, name in gains]
    return f"gilext {now.seconds:7.1f} s  GIL held {held:4.0%}{_named(shares)}"


def _attached_between(before: Snapshot, now: Snapshot, seconds: float) -> str:
    """Return the same of attached threads, several of which may have been so at once."""
    gains = _gains(before, now, lambda thread: thread.attached_seconds or 0.0)
    shares = [(min(1.0, gain / seconds), name) for gain, name in gains]
    attached = max(0.0, now.attached_seconds() - before.attached_seconds()) / seconds
    return f"gilext {now.seconds:7.1f} s  no GIL, attached {attached:4.2f}{_named(shares)}"


def _named(shares: list[tuple[float, str]]) -> str:
    """Return the first of some threads with their shares, but those of which it would be 0 %."""
    named = [one for one in shares[:_MAX_THREADS] if one[0] >= _LEAST_SHARE]
    return "".join(f"  {name} {share:.0%}" for share, name in named)


def _gains(
    before: Snapshot, now: Snapshot, seconds_of: Callable[[ThreadTime], float]
) -> list[tuple[float, str]]:
    """Return by how many seconds each thread's time has grown, if it has, the most first."""
    earlier = [seconds_of(thread) for thread in before.by_thread]
    gains = [
        (seconds_of(thread) - (earlier[index] if index < len(earlier) else 0.0), thread.name)
        for index, thread in enumerate(now.by_thread)
    ]
    return sorted((gain for gain in gains if gain[0] > 0), reverse=True)
