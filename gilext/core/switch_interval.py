"""Changes the switch interval for a while: it belongs to the whole process, and so do changes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class _Shared:
    """What the blocks of all threads want, what was set for them, and what was there before."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._wanted: dict[object, float] = {}
        self._before = 0.0
        self._ours = 0.0

    def enter(self, block: object, seconds: float) -> None:
        """Set the shortest interval that is wanted."""
        with self._lock:
            current = sys.getswitchinterval()
            if not self._wanted or current != self._ours:
                self._before = current
            self._wanted[block] = seconds
            self._set(min(self._wanted.values()))

    def leave(self, block: object) -> None:
        """Set what the others want, or else what was there before; the program's own stays."""
        with self._lock:
            if self._wanted.pop(block, None) is not None and sys.getswitchinterval() == self._ours:
                self._set(min(self._wanted.values(), default=self._before))

    def _set(self, seconds: float) -> None:
        sys.setswitchinterval(seconds)
        self._ours = sys.getswitchinterval()  # it is rounded


_shared = _Shared()


@contextmanager
def switch_interval(seconds: float) -> Iterator[None]:
    """Run a block with another ``sys.getswitchinterval()``, and restore it after the block.

    Of several blocks at once, in whatever threads, the shortest interval counts; the last to end
    restores the one that was there before the first. An interval that the program sets after the
    last block has begun is left alone.

    Parameters
    ----------
    seconds : float
        The interval, above 0.
    """
    block = object()
    try:
        _shared.enter(block, seconds)
        yield
    finally:
        _shared.leave(block)
