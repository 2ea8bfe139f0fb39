"""A line on the terminal that tells, while a program runs, who holds the GIL."""

from __future__ import annotations

import shutil
import threading
from types import TracebackType
from typing import TextIO

from gilext.recording.watch import Snapshot, Watch

_PAUSE_SECONDS = 0.5
_MOST_THREADS = 4


class LiveLine:
    """While its block runs, writes the state of a watch twice a second.

    On a terminal it is one line, which is written over; elsewhere a line each time. Writing takes
    the GIL for some microseconds, in a thread named ``gilext live``, which the recording shows.

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
        self._is_over = threading.Event()
        self._before = Snapshot(0.0, 0.0, ())
        self._thread = threading.Thread(target=self._write_on, name="gilext live", daemon=True)

    def __enter__(self) -> LiveLine:
        """Begin to write."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, and clear the line."""
        self._is_over.set()
        self._thread.join()
        if self._stream.isatty():
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _write_on(self) -> None:
        is_terminal = self._stream.isatty()
        while not self._is_over.wait(_PAUSE_SECONDS):
            now = self._watched.snapshot()
            line = line_between(self._before, now)
            self._before = now
            if is_terminal:
                columns = shutil.get_terminal_size().columns
                self._stream.write(f"\r\x1b[K{line[: columns - 1]}")
            else:
                self._stream.write(f"{line}\n")
            self._stream.flush()


def line_between(before: Snapshot, now: Snapshot) -> str:
    """Return what happened between two snapshots: the held fraction and the top holders."""
    seconds = max(now.seconds - before.seconds, 1e-9)
    held = min(1.0, max(0.0, (now.held_seconds - before.held_seconds) / seconds))
    earlier = [thread.held_seconds for thread in before.by_thread]
    shares = [
        (thread.held_seconds - (earlier[index] if index < len(earlier) else 0.0), thread.name)
        for index, thread in enumerate(now.by_thread)
    ]
    top = sorted((share for share in shares if share[0] > 0), reverse=True)[:_MOST_THREADS]
    names = "".join(f"  {name} {share / seconds:.0%}" for share, name in top)
    return f"gilext {now.seconds:7.1f} s  GIL held {held:4.0%}{names}"
