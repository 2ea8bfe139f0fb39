"""Keys as they are pressed, without Enter, on a terminal that is put right again afterwards."""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from gilext.cli.signal_exits import exiting_on_signals

_NAMES = {
    b"\x1b[A": "up", b"\x1bOA": "up", b"\x1b[B": "down", b"\x1bOB": "down", b"\x1b": "escape",
    b"\r": "enter", b"\n": "enter", b"\x04": "eof",
}  # fmt: skip
_ONE_KEY = re.compile(rb"\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Z])?|[^\x1b]")


class Keyboard:
    """The keys of the terminal that is this process's standard input."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._was_resumed = False
        self._before = termios.tcgetattr(descriptor)

    def was_resumed(self) -> bool:
        """Return whether the process was stopped and goes on, since this was last asked."""
        resumed, self._was_resumed = self._was_resumed, False
        return resumed

    def keys(self, seconds: float) -> list[str]:
        """Return the keys pressed by now, waiting so long for the first: ``a``, ``enter``, ``up``.

        ``eof`` stands for Ctrl-D, and for a terminal that is gone.
        """
        if not select.select([self._descriptor], [], [], seconds)[0]:
            return []
        try:
            read = os.read(self._descriptor, 1024)
        except OSError:
            return ["eof"]
        return list(_keys_in(read)) if read else ["eof"]

    def begin(self) -> None:
        """Have each key delivered at once, unseen."""
        tty.setcbreak(self._descriptor)

    def end(self) -> None:
        """Have the terminal as it was."""
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)

    def stop_process(self, number: int, frame: FrameType | None) -> None:
        """Stop as Ctrl-Z asks, with the terminal as the shell had it, and go on as before."""
        self.end()
        handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, handler)
        self.begin()
        self._was_resumed = True


@contextmanager
def keyboard() -> Iterator[Keyboard]:
    """Read keys in the block; the terminal is as it was when that ends, be it by a signal."""
    found = Keyboard(sys.stdin.fileno())
    with exiting_on_signals():
        handler = signal.signal(signal.SIGTSTP, found.stop_process)
        found.begin()
        try:
            yield found
        finally:
            found.end()
            signal.signal(signal.SIGTSTP, handler)


def _keys_in(read: bytes) -> Iterator[str]:
    for found in _ONE_KEY.finditer(read):
        key = found[0]
        if name := _NAMES.get(key):
            yield name
        elif len(key) == 1 and key.isascii() and key.decode().isprintable():
            yield key.decode().lower()
