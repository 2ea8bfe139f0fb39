"""Python stacks of a thread that holds the GIL, without taking the GIL.

`faulthandler` has a signal handler in C that writes the Python stack of the thread that it runs
in. The sampling thread sends that signal to the holder: a thread interrupted in its own code is
the one place where its frames can't move. The file is in memory.
"""

from __future__ import annotations

import faulthandler
import os
import re
import signal
import sys
import tempfile
from collections.abc import Sequence

from gilext._native import Sampler, reserve_signal, return_signal
from gilext.recording import Frame

_FRAME = re.compile(r'^  File "(.*)", line (\d+) in (.*)$', re.MULTILINE)
_HEAD = "most recent call first"


def _free_signals() -> list[int]:
    """Return the real-time signals, from the last: nobody's defaults, and seldom used."""
    if not hasattr(signal, "SIGRTMAX"):
        return [int(signal.SIGPROF)] if hasattr(signal, "SIGPROF") else []
    return list(range(signal.SIGRTMAX, signal.SIGRTMIN, -1))


class StackFile:
    """Where the handler writes, and the signal that it answers to.

    Raises
    ------
    OSError
        Where no signal is free, or the system has none that could be used.
    """

    def __init__(self) -> None:
        if sys.platform == "win32":
            raise OSError("Windows has no signal that asks a thread for its stack")
        number = next((number for number in _free_signals() if reserve_signal(number)), None)
        if number is None:
            raise OSError("no signal is free to ask a thread for its stack")
        self.signal_number = number
        if hasattr(os, "memfd_create"):
            self._file = os.memfd_create("gilext-stacks")
        else:
            with tempfile.TemporaryFile() as file:
                self._file = os.dup(file.fileno())
        faulthandler.register(number, file=self._file, all_threads=False)

    def ask_on(self, sampler: Sampler, stall: float) -> None:
        """Let a sampler ask for stacks in holds of more than `stall` seconds."""
        sampler.ask_stacks(stall, self.signal_number, self._file)

    def read(self, offsets: Sequence[int]) -> list[tuple[Frame, ...]]:
        """Return the stack written after each offset, before the next; empty where none was."""
        size = os.fstat(self._file).st_size
        ends = [*offsets[1:], size]
        return [
            frames_of(os.pread(self._file, end - start, start).decode(errors="replace"))
            for start, end in zip(offsets, ends, strict=False)
        ]

    def close(self) -> None:
        """Give the signal back. Whatever was sent and not taken is dropped."""
        faulthandler.unregister(self.signal_number)
        return_signal(self.signal_number)
        os.close(self._file)


def frames_of(text: str) -> tuple[Frame, ...]:
    """Parse the first stack of what faulthandler wrote, innermost frame first."""
    first = text.split(_HEAD, 2)
    if len(first) < 2:
        return ()
    return tuple(
        Frame(file, int(line), function) for file, line, function in _FRAME.findall(first[1])
    )
