"""Has a process watched by its parent, which ends all that it leaves behind, on Linux."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from select import select
from time import sleep

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_POLL_SECONDS = 0.001


def supervise(leash: int, unused: int) -> None:
    """Go on in a child, whose parent ends it and all its descendants when it ends, and then itself.

    What leaves the child's group or session, as a daemon does, comes to the parent when its own
    is gone. The parent ends as the child did. Where the system can't do this, nothing is done.

    Parameters
    ----------
    leash : int
        A file descriptor to read from: the end of file is the end of the child, too.
    unused : int
        A file descriptor of the child's alone.
    """
    try:
        prctl = ctypes.CDLL(None).prctl
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return
    if prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        return
    child = os.fork()
    if child == 0:
        os.setsid()
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        return
    os.close(unused)
    select([leash, os.pidfd_open(child)], [], [])
    os.kill(child, signal.SIGKILL)  # It isn't reaped yet: if it has ended, this does nothing.
    _, status = os.waitpid(child, 0)
    _end_children()
    _end_as(os.waitstatus_to_exitcode(status))


def _end_children() -> None:
    with suppress(ChildProcessError):
        while True:
            for child in _children():
                os.kill(child, signal.SIGKILL)
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
            sleep(_POLL_SECONDS)


def _children() -> Iterator[int]:
    own = str(os.getpid())
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            # The name in brackets may have anything in it; the state and the parent follow.
            if folder.name.isdigit() and _parent(folder) == own:
                yield int(folder.name)


def _parent(folder: Path) -> str:
    return (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1]


def _end_as(code: int) -> None:
    if code < 0:
        with suppress(OSError):  # SIGKILL has no handler.
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)
