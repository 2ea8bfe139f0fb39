"""``gilext.attach()``: record a process that runs already, on CPython 3.14 and later."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from types import TracebackType

from gilext._native import UnsupportedInterpreter
from gilext.core.checks import check_seconds
from gilext.recording.attached_target import AttachedTarget
from gilext.recording.other_process import (
    check_process,
    check_right,
    check_version,
    sees_same_files,
)
from gilext.recording.results import Recording
from gilext.recording.watch import DEFAULT_MEMORY, DEFAULT_STALLS, watch

DEFAULT_SECONDS = 10.0
_LONGEST_SECONDS = 7 * 24 * 3600.0
_STEP_SECONDS = 0.25
_GRACE_SECONDS = 5.0


class Attachment:
    """A recording of a process that runs already, between the beginning and the end of a block.

    After the block, `recording` has the `Recording`; None before.
    """

    def __init__(
        self,
        process: int,
        seconds: float,
        settings: tuple[float, float, float, int],
        lines: bool,
    ) -> None:
        self._seconds = seconds
        self._lines = lines
        self._target = AttachedTarget(process, (*settings, 0.0, lines), seconds)
        self.recording: Recording | None = None

    def __enter__(self) -> Attachment:
        """Begin to record; see `attach` for what it raises."""
        self._target.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the recording, and read it."""
        with self._target:
            self.recording = self._target.end()

    def wait(self, progress: Callable[[float, float], None] | None = None) -> None:
        """Wait until the time of the recording is over, or the process has ended."""
        start = time.monotonic()
        while not self._target.has_ended(_STEP_SECONDS):
            passed = time.monotonic() - start
            if progress is not None:
                progress(min(passed, self._seconds), self._seconds)
            if passed > self._seconds + _GRACE_SECONDS:
                break


def attachment(
    pid: int,
    seconds: float = DEFAULT_SECONDS,
    interval: float | None = None,
    stalls: float | None = DEFAULT_STALLS,
    memory: int = DEFAULT_MEMORY,
    *,
    lines: bool = True,
    budget: float | None = None,
) -> Attachment:
    """Return what records a process, when its block is entered; the parameters are `attach`'s."""
    process = check_process(pid)
    seconds = check_seconds("seconds", seconds, 0.0, _LONGEST_SECONDS, is_open=True)
    settings = watch(interval, stalls, memory, lines=lines, budget=budget).settings
    if not hasattr(sys, "remote_exec"):
        version = ".".join(map(str, sys.version_info[:2]))
        raise UnsupportedInterpreter(
            f"attaching takes CPython 3.14 or later, for both processes: this is {version}. "
            f"gilext dump {process} works here too, and gilext.watch() within the program"
        )
    if process == os.getpid():
        raise ValueError("a process records itself with gilext.watch()")
    check_version(process)
    check_right(process)
    if not sees_same_files(process):
        raise RuntimeError(
            f"process {process} runs in another container, which has other files: run gilext there"
        )
    return Attachment(process, seconds, settings, bool(lines))


def attach(
    pid: int,
    seconds: float = DEFAULT_SECONDS,
    interval: float | None = None,
    stalls: float | None = DEFAULT_STALLS,
    memory: int = DEFAULT_MEMORY,
    *,
    lines: bool = True,
    budget: float | None = None,
    progress: Callable[[float, float], None] | None = None,
) -> Recording:
    """Record who holds the GIL of a running process, for some seconds.

    During that time the process runs gilext's C extension in a thread of its own; gilext needn't be
    installed there. Afterwards nothing is left but the library's mapped code. If the calling
    process is killed, the recording ends at once.

    Parameters
    ----------
    pid : int
        The process. It must run the same version and build of CPython as this one, 3.14 or later.
    seconds : float
        How long to record.
    interval, stalls, memory, lines, budget
        As `gilext.watch` has them.
    progress : callable, optional
        Called as ``progress(passed, seconds)`` now and then.

    Returns
    -------
    Recording
        If the process ends before the time is over, what was seen until then.

    Raises
    ------
    TypeError, ValueError
        When an argument has the wrong type or is out of its range.
    ProcessLookupError, PermissionError
        If there is no such process, or it may not be traced.
    UnsupportedInterpreter
        If it doesn't run the same version and build of CPython, or this one is too old.
    TimeoutError
        If its main thread never runs what is sent to it; `gilext.dump` says where it is.
    RuntimeError
        If it forbids attaching, is already attached to, or can't record.
    """
    attached = attachment(pid, seconds, interval, stalls, memory, lines=lines, budget=budget)
    with attached:
        attached.wait(progress)
    assert attached.recording is not None
    return attached.recording
