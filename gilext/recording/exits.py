"""What has to stop before its interpreter ends: a sub-interpreter ends while the runtime lives."""

from __future__ import annotations

import atexit
import weakref
from typing import Protocol


class _Stoppable(Protocol):
    def stop(self) -> object: ...


_running: weakref.WeakSet[_Stoppable] = weakref.WeakSet()


def stop_at_exit(running: _Stoppable) -> None:
    """Have something stopped when the interpreter ends, if it still exists then."""
    _running.add(running)


def forget(stopped: _Stoppable) -> None:
    """Leave something that has stopped alone: when it goes, nothing runs that a signal could hit."""
    _running.discard(stopped)


@atexit.register
def _stop_all() -> None:
    for running in list(_running):
        running.stop()
