"""Processes of gilext's own that run other people's code, and how each of them ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import BinaryIO

from gilext.core.import_paths import paths_for_children

_MAX_SAID = 4096
_MAX_KEPT = 1 << 20
_NOTHING: Mapping[str, str | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class WorkerEnd:
    """How a worker ended.

    Attributes
    ----------
    code : int or None
        Its exit code, or a signal's number below 0, as `subprocess` has it; None if it wasn't done
        in time and was killed.
    seconds : float
        The time that it had.
    said : str
        The last line that it wrote to stderr.
    """

    code: int | None
    seconds: float
    said: str

    def __str__(self) -> str:
        """Return it as what follows the name of what the worker did."""
        if self.code is None:
            return f"wasn't done after {self.seconds:g} s"
        if self.code < 0:
            how = f"ended the process with {_signal_name(-self.code)}"
        else:
            how = f"ended the process with exit code {self.code}"
        return f"{how} ({self.said})" if self.said else how


class Worker:
    """A process that runs a module of gilext; `running_worker` starts one."""

    def __init__(self, process: subprocess.Popen[bytes], errors: BinaryIO) -> None:
        self._process = process
        self._errors = errors
        self._is_ended = False

    @property
    def is_over(self) -> bool:
        """Whether the process has ended by itself."""
        self._forget_old_words()
        return self._process.poll() is not None

    def is_over_within(self, seconds: float) -> bool:
        """Wait for the process to end by itself, and return whether it did."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self.is_over

    def end(self, seconds: float) -> WorkerEnd:
        """Wait for its end, then end what is left of it.

        Parameters
        ----------
        seconds : float
            How long to wait. If it takes longer, it is killed.
        """
        code = self._process.returncode if self.is_over_within(seconds) else None
        self.kill()
        return WorkerEnd(code, seconds, _last_line(self._errors))

    def kill(self) -> None:
        """End it, with what it started and what is still in its group."""
        # Once only: the number of a group that is gone may become another's.
        if not self._is_ended:
            self._is_ended = True
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _forget_old_words(self) -> None:
        if os.fstat(self._errors.fileno()).st_size > _MAX_KEPT:
            self._errors.truncate(0)


@contextmanager
def running_worker(
    module: str,
    arguments: Sequence[str] = (),
    *,
    options: Sequence[str] = (),
    variables: Mapping[str, str | None] = _NOTHING,
    executable: str | None = None,
    stdin: int = subprocess.DEVNULL,
    descriptors: Sequence[int] = (),
    folder: str | None = None,
) -> Iterator[Worker]:
    """Run a module of gilext in a process of its own, for as long as a block lasts.

    It has a session of its own, and what it writes to stdout is lost. When the block ends, so do
    the process and those that it started and that are still in its group.

    Parameters
    ----------
    module : str
        The module's name.
    arguments : sequence of str
        What it is run with.
    options : sequence of str
        Options of the interpreter.
    variables : mapping of str to str or None
        What its environment has that this one's hasn't; None for what it hasn't.
    executable : str or None
        The interpreter; None for this one. Whichever it is, it finds what this one finds, unless
        ``PYTHONPATH`` is among the variables.
    stdin : int
        What it reads; nothing, if not given.
    descriptors : sequence of int
        The file descriptors that it gets as they are.
    folder : str or None
        Where it runs; None for where this process does.
    """
    environment = {**os.environ, "PYTHONPATH": paths_for_children(), **variables}
    with TemporaryFile("a+b") as errors:
        process = subprocess.Popen(
            [executable or sys.executable, "-P", *options, "-m", module, *arguments],
            env={name: value for name, value in environment.items() if value is not None},
            stdin=stdin, stdout=subprocess.DEVNULL, stderr=errors,
            pass_fds=descriptors, cwd=folder, start_new_session=True,
        )  # fmt: skip
        worker = Worker(process, errors)
        try:
            yield worker
        finally:
            worker.kill()


def run_worker(
    module: str,
    arguments: Sequence[str],
    seconds: float,
    *,
    options: Sequence[str] = (),
    variables: Mapping[str, str | None] = _NOTHING,
) -> WorkerEnd:
    """Run a module of gilext in a process of its own until it ends, or its time is over.

    Parameters
    ----------
    module, arguments, options, variables
        As of `running_worker`.
    seconds : float
        How long it may take.
    """
    with running_worker(module, arguments, options=options, variables=variables) as worker:
        return worker.end(seconds)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"


def _last_line(file: BinaryIO) -> str:
    file.seek(max(0, file.seek(0, os.SEEK_END) - _MAX_SAID))
    said = file.read().decode("utf-8", errors="replace")
    return said.strip().rpartition("\n")[2]
