"""Reads binaries that others made, in a process of its own.

What parses them is C++, and a file may be made to break it. So it runs where nothing is lost if it
crashes, hangs, or takes all the memory there is: in one process for many files, which is replaced
after each such file, and after some others so that it doesn't grow.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import Any

from gilext.auditing.extra import check_audit_extra
from gilext.auditing.results import Binary
from gilext.auditing.static.binaries import UnreadableBinary
from gilext.auditing.static.read_worker import READY
from gilext.auditing.workers import WorkerEnd
from gilext.core.import_paths import paths_for_children

SECONDS_PER_FILE = 5.0
BYTES_PER_SECOND = 1 << 23
MAX_WAIT_SECONDS = 60.0
MEMORY_BYTES = 2 << 30
_FILES_PER_CHILD = 256
_SECONDS_TO_START = 300.0
_SECONDS_TO_END = 1.0
_MAX_ANSWER_BYTES = 64 << 20
_READ_BYTES = 1 << 16
_NO_SIGNAL = getattr(socket, "MSG_NOSIGNAL", 0)
# No option or variable of this process, no start-up file and no measuring of coverage is in it.
_OPTIONS = ("-I", "-S", "-B")
_START = (
    "import json, sys; sys.path[:], arguments = map(json.loads, sys.argv[1:]);"
    "from gilext.auditing.static.read_worker import main; main(*arguments)"
)


class BinaryReader:
    """Reads binaries one after the other; a context manager, whose end ends its process.

    Parameters
    ----------
    marks : collection of str
        ASCII texts to look for in each, as `read_binary` has it.
    seconds : float
        How much of a processor's time the reading of one may take, which a busy machine doesn't
        change; a large one has a second more for each `BYTES_PER_SECOND`. It may wait for a
        processor or a disk for `MAX_WAIT_SECONDS` more.
    memory_bytes : int
        How much memory it may take, on systems that limit a process's address space.

    Raises
    ------
    ImportError
        If a library of the extra ``gilext[audit]`` is missing; the message names it.
    """

    def __init__(
        self,
        marks: Collection[str] = (),
        *,
        seconds: float = SECONDS_PER_FILE,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        check_audit_extra()
        self._marks = sorted(marks)
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._child: _Child | None = None
        self._lock = Lock()

    def __enter__(self) -> BinaryReader:
        """Return this reader; its process is started for the first file."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the process."""
        self.close()

    def close(self) -> None:
        """End the process, whatever it does, and wait for that; reading starts another one."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def read(self, path: Path) -> Binary:
        """Read what a compiled file refers to. Threads that call this take turns.

        Parameters
        ----------
        path : Path
            The file.

        Returns
        -------
        Binary

        Raises
        ------
        UnreadableBinary
            As `read_binary`; and if reading it takes too long or too much memory, or crashes. The
            message is what follows the file's name in a sentence.
        RuntimeError
            If the process that reads doesn't start.
        """
        with self._lock:
            try:
                answer = self._answer(path)
            except BaseException:
                self.close()
                raise
        if "error" in answer:
            raise UnreadableBinary(answer["error"])
        marks = frozenset(answer.pop("marks"))
        return Binary(marks=marks, **{name: _restored(value) for name, value in answer.items()})

    def _answer(self, path: Path) -> dict[str, Any]:
        if self._child is not None and self._child.answered >= _FILES_PER_CHILD:
            self.close()
        if self._child is None or not self._child.is_alive():
            self.close()
            self._child = _Child(self._marks, self._memory_bytes)
        answer = self._child.ask(path, self._seconds + _size_of(path) // BYTES_PER_SECOND)
        if "limit" in answer:
            raise UnreadableBinary(
                f"can't be read: that takes more than {self._memory_bytes >> 20:,} MiB of memory"
            )
        return answer


def _size_of(path: Path) -> int:
    """Return a file's size in bytes; 0 if it can't be told: reading it will say why."""
    try:
        return path.lstat().st_size
    except (OSError, ValueError):
        return 0


def _restored(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class _Child:
    """The process that reads, and its end of a pair of sockets.

    A socket, unlike a pipe, can be written to without a SIGPIPE that would end this process.
    """

    def __init__(self, marks: Collection[str], memory_bytes: int) -> None:
        self.answered = 0
        self._socket, others = socket.socketpair()
        try:
            with others:
                self._process = subprocess.Popen(
                    _command(marks, memory_bytes),
                    stdin=others.fileno(), stdout=others.fileno(), stderr=subprocess.DEVNULL,
                    cwd="/", process_group=0,
                )  # fmt: skip
        except BaseException:
            self._socket.close()
            raise
        try:
            if self._line(_SECONDS_TO_START) != READY:
                raise RuntimeError(
                    f"the process that reads binaries {self._how_it_ended(_SECONDS_TO_START)}, "
                    "and has read none"
                )
        except BaseException:
            self.end()
            raise

    def is_alive(self) -> bool:
        """Return whether it hasn't ended since the last answer."""
        return self._process.poll() is None

    def ask(self, path: Path, cpu_seconds: float) -> dict[str, Any]:
        """Return what it says of a file; the message of an error is about that file."""
        seconds = cpu_seconds + MAX_WAIT_SECONDS
        request = json.dumps([os.path.abspath(path), cpu_seconds, seconds]).encode("ascii") + b"\n"
        try:
            self._socket.settimeout(seconds)
            self._socket.sendall(request, _NO_SIGNAL)
            answer = json.loads(self._line(seconds))
        except (OSError, ValueError):
            how = self._how_it_ended(seconds)
            if self._process.returncode == -signal.SIGPROF:
                how = f"takes more than {cpu_seconds:g} s of a processor's time"
            raise UnreadableBinary(f"can't be read: reading it {how}") from None
        self.answered += 1
        return answer  # type: ignore[no-any-return]

    def _line(self, seconds: float) -> bytes:
        """Return the next line that it writes, or what there is of it at its end.

        Raises
        ------
        TimeoutError
            If that takes longer.
        UnreadableBinary
            If it is too long.
        """
        pieces: list[bytes] = []
        deadline, length = monotonic() + seconds, 0
        while not pieces or not pieces[-1].endswith(b"\n"):
            self._socket.settimeout(max(1e-3, deadline - monotonic()))
            piece = self._socket.recv(_READ_BYTES)
            length += len(piece)
            if length > _MAX_ANSWER_BYTES:
                raise UnreadableBinary("has too many names")
            if not piece:
                break
            pieces.append(piece)
        return b"".join(pieces)

    def _how_it_ended(self, seconds: float) -> str:
        """Kill it if it is still there, and say how it ended."""
        try:
            code: int | None = self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            code = None
        return str(WorkerEnd(code, seconds, ""))

    def end(self) -> None:
        """Kill it, and wait for its end."""
        self._socket.close()
        self._process.kill()
        self._process.wait()


def _command(marks: Collection[str], memory_bytes: int) -> list[str]:
    # A package that is installed to be edited may be found by no path but a finder of its own.
    own = Path(__file__).parents[3]
    paths = json.dumps([*paths_for_children().split(os.pathsep), str(own)])
    arguments = json.dumps([sorted(marks), memory_bytes])
    return [sys.executable, *_OPTIONS, "-c", _START, paths, arguments]
