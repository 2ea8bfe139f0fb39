"""Signals that end a command as an exception does, so that it puts away what it made."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDS = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def exiting_on_signals() -> Iterator[None]:
    """Exit in the block when a signal asks the process to end, unless it is ignored."""
    before = {number: signal.getsignal(number) for number in _ENDS}
    replaced = {number: one for number, one in before.items() if one is not signal.SIG_IGN}
    for number in replaced:
        signal.signal(number, _exit)
    try:
        yield
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)


def _exit(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
