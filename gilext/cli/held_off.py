"""Keeps the program's signal handlers out of work that must not be interrupted."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_Handler = Callable[[int, FrameType | None], object]


@contextmanager
def signals_held_off() -> Iterator[None]:
    """Call Python's signal handlers after the block, not inside it.

    A handler may raise an exception, as that of Ctrl-C does, and would end a report halfway. If
    its signal comes a second time, it is called at once, because the user means it. Only the main
    thread runs handlers, so in other threads there is nothing to do.
    """
    if threading.get_ident() != threading.main_thread().ident:
        yield
        return
    handlers: dict[int, _Handler] = {}
    noted: set[int] = set()

    def note(number: int, frame: FrameType | None) -> None:
        if number in noted:
            handlers[number](number, frame)
        noted.add(number)

    try:
        for valid in signal.valid_signals():
            handler = signal.getsignal(valid)
            if callable(handler):
                handlers[valid] = handler
                signal.signal(valid, note)
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in noted:
            signal.raise_signal(number)
