"""The process that a recording is of, how it came to be watched, and what to call it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gilext.recording.results import Recording

ORIGINS = ("run", "fork", "start", "attach")
ENDS = ("ended", "running", "killed")
_MAX_COMMAND = 40
_WITH_ARGUMENT = ("-W", "-X")
# What multiprocessing and loky start their workers and helpers with; the rest is numbers of pipes.
_WORKER = re.compile(
    r"(?:import sys; )?from ((?:multiprocessing|joblib\.externals\.loky|loky)[\w.]*) import "
)


@dataclass(frozen=True, slots=True)
class Process:
    """A process that was recorded.

    Attributes
    ----------
    pid, parent_pid : int
        Its number, and that of the process that started it.
    command : tuple of str
        What it runs, as ``sys.orig_argv`` has it.
    start_ns : int
        When its recording began, on the monotonic clock, which all processes of a machine share.
    origin : str
        How it came to be watched: ``"run"``, the program itself; ``"fork"``, forked from a
        watched process; ``"start"``, started by one; ``"attach"``, while it ran already.
    end : str
        ``"ended"`` if it ended its recording; ``"running"`` if it still ran when the recording
        was read; ``"killed"`` if it ended without ending it: by a signal, a crash or `os._exit`.
    """

    pid: int
    parent_pid: int
    command: tuple[str, ...]
    start_ns: int
    origin: str
    end: str

    def name(self) -> str:
        """Return what it runs in a few words: ``app.py --port 80``, ``app.py, forked``."""
        words = " ".join(_program(self.command)) or "an unknown program"
        if len(words) > _MAX_COMMAND:
            words = f"{words[: _MAX_COMMAND - 1]}…"
        return f"{words}, forked" if self.origin == "fork" else words

    def title(self) -> str:
        """Return its number and its name as a part of a sentence: ``4711 (app.py)``."""
        return f"{self.pid} ({self.name()})"

    def name_and_end(self) -> str:
        """Return its name, and whether it was killed, as what was recorded may then end early."""
        return f"{self.name()}, killed" if self.end == "killed" else self.name()

    def label(self) -> str:
        """Return what stands over all that is of the process: ``4711 app.py, killed``."""
        return f"{self.pid} {self.name_and_end()}"


def process_of(recording: Recording) -> Process:
    """Return the process of a recording that is one of several, and so has one."""
    assert recording.process is not None, "a recording that has children has a process"
    return recording.process


def starts_of(recordings: Sequence[Recording]) -> list[float]:
    """Return when each recording began, in seconds after the first of them."""
    if len(recordings) == 1:
        return [0.0]
    starts = [process_of(one).start_ns for one in recordings]
    return [(start - min(starts)) * 1e-9 for start in starts]


def span_of(recordings: Sequence[Recording]) -> float:
    """Return the seconds from the first beginning of recordings to the last end."""
    starts = starts_of(recordings)
    return max(start + one.seconds for start, one in zip(starts, recordings, strict=True))


def _program(command: Sequence[str]) -> list[str]:
    """Return a command without the interpreter, its flags and the folder of the program."""
    words = list(command[1:])
    while words and words[0].startswith("-") and words[0] not in ("-", "-c", "-m"):
        del words[: 2 if words[0] in _WITH_ARGUMENT else 1]
    if not words:
        return [os.path.basename(one) for one in command[:1]]
    if words[0] == "-c":
        code = " ".join(words[1:2])
        worker = _WORKER.match(code)
        return [worker[1]] if worker else ["-c", *code.split(), *words[2:]]
    return [os.path.basename(words[0]), *words[1:]]
