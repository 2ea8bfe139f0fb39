"""What a watched child does: it records itself, from its first moment on.

Its recording is a file, so there is one however the child ends. Each child that starts imports
this module, so it imports nothing that takes long.
"""

from __future__ import annotations

import atexit
import gc
import os
from contextlib import suppress
from functools import partial
from itertools import count

from gilext._native import Sampler
from gilext.recording.exits import can_replace, put_around, stop_noting
from gilext.recording.notes import SUFFIX, note_process, note_thread
from gilext.recording.thread_names import ThreadNames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gilext.recording.child_settings import ChildSettings

_recorder: _Recorder | None = None
_is_ready = False


def record(settings: ChildSettings, origin: str) -> None:
    """Begin to record this process, which was forked (``"fork"``) or started (``"start"``).

    Raises
    ------
    OSError, RuntimeError
        If that is impossible.
    """
    global _recorder, _is_ready
    if not _is_ready:
        atexit.register(_end)
        put_around(os, "_exit", before=_end_at_once)  # by which multiprocessing's forks end
        put_around(os, "execv", before=_end_before_exec)
        put_around(os, "execve", before=_end_before_exec)
        _is_ready = True
    if _recorder is not None:
        _recorder.forget()  # it is the parent's
        _recorder = None
    _recorder = _Recorder(settings, origin)


class _Recorder:
    def __init__(self, settings: ChildSettings, origin: str) -> None:
        settings.count_recording()
        file = new_file(settings.folder)
        try:
            self._sampler = Sampler(
                settings.interval,
                settings.budget,
                settings.stalls,
                settings.memory,
                lines=settings.lines,
                file=file,
            )
            note_process(self._sampler, origin, settings.lines)
            self._sampler.start()
        except BaseException:
            with suppress(OSError):
                os.unlink(file)
            raise
        if settings.lines:
            gc.callbacks.append(self._sampler.note_collection)
        self._names = ThreadNames()
        self._names.keep = partial(note_thread, self._sampler)
        self._names.listen()

    def end(self) -> None:
        self._sampler.stop()
        self._names.stop()
        stop_noting(self._sampler.note_collection)

    def end_at_once(self) -> None:
        self._sampler.stop()

    def forget(self) -> None:
        stop_noting(self._sampler.note_collection)


def new_file(folder: str) -> str:
    """Create a file for this process; others may have had its number before."""
    for number in count(1):
        stem = f"{os.getpid()}" if number == 1 else f"{os.getpid()}-{number}"
        path = os.path.join(folder, stem + SUFFIX)
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            continue
        return path
    raise AssertionError("unreachable")


def _end() -> None:
    if _recorder is not None:
        _recorder.end()


def _end_at_once(*_: object) -> None:
    if _recorder is not None:
        _recorder.end_at_once()


def _end_before_exec(*arguments: Any) -> None:
    if can_replace(*arguments):
        _end_at_once()
