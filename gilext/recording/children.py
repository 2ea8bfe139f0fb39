"""The children of a watch, from their settings to what they have recorded."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import weakref
from dataclasses import replace
from pathlib import Path

from gilext.recording import following
from gilext.recording.child_settings import ChildSettings
from gilext.recording.files import SUFFIX
from gilext.recording.folders import hand_on, prepare, recordings_in
from gilext.recording.processes import Process
from gilext.recording.results import Recording

MAX_MEMORY = 16 << 20  # of each child: there may be many
_MAX_TRIES = 100
_COVERED = "child processes that began inside a later watch, which goes on, are not among them"


class Children:
    """The children of a watch.

    Parameters
    ----------
    folder : str or None
        Where their recordings stay, and its own; None for a temporary folder, which goes.
    interval, stalls, memory, lines, budget
        As `gilext.watch` takes them; 0.0 for no stalls.
    """

    def __init__(
        self,
        folder: str | None,
        interval: float,
        stalls: float,
        memory: int,
        lines: bool,
        budget: float,
    ) -> None:
        self._is_temporary = folder is None
        self._settings = ChildSettings(
            "" if folder is None else os.path.abspath(folder),
            interval,
            stalls,
            min(memory, MAX_MEMORY),
            lines,
            budget,
        )
        self._process = os.getpid()
        self._close: weakref.finalize[..., Children] | None = None
        self._has_all = True

    @property
    def own_file(self) -> str | None:
        """Where the recording of this process is kept; None if it isn't."""
        return None if self._is_temporary else str(_own_file(self._settings))

    def begin(self) -> None:
        """Start to have them watched.

        Raises
        ------
        OSError
            If there can't be a folder for their recordings, or it has recordings already.
        """
        if self._is_temporary:
            self._settings.folder = tempfile.mkdtemp(prefix="gilext-")
        else:
            prepare(Path(self._settings.folder))
        self._process = os.getpid()
        around = following.follow(self._settings)
        self._close = weakref.finalize(
            self, _close, self._settings, around, self._is_temporary, self._process
        )

    def end(self) -> None:
        """Watch no child that begins later; those that are watched go on.

        In a forked child nothing happens: it is one of them.
        """
        if os.getpid() == self._process:
            self._has_all = following.leave(self._settings) and self._has_all

    def add_to(self, recording: Recording, start_ns: int) -> Recording:
        """Return the recording of this process, which began at such a time, with theirs."""
        folder = Path(self._settings.folder)
        children, reason = recordings_in(folder, besides=_own_file(self._settings))
        if not self._has_all:
            reason = _COVERED if reason is None else f"{reason}; {_COVERED}"
        command = tuple(sys.orig_argv)
        process = Process(os.getpid(), os.getppid(), command, start_ns, "run", "ended")
        return replace(
            recording, process=process, children=children, children_unavailable_reason=reason
        )

    def close(self) -> None:
        """Remove the folder, if it is temporary; a watch around this one has the recordings."""
        if self._close is not None:
            self._close()


def _own_file(settings: ChildSettings) -> Path:
    return Path(settings.folder, f"{os.getpid()}{SUFFIX}")


def _close(
    settings: ChildSettings, around: ChildSettings | None, is_temporary: bool, process: int
) -> None:
    if os.getpid() != process:  # a forked child has the finalizer too
        return
    following.leave(settings)
    if around is not None and following.is_followed(around):
        hand_on(Path(settings.folder), _own_file(settings), Path(around.folder))
    if is_temporary:
        _remove(settings.folder)


def _remove(folder: str) -> None:
    """Remove a folder in which a child that has just begun may still make a file or two."""
    for _ in range(_MAX_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.lexists(folder):
            break
