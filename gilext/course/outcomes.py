"""Run what may crash or hang in a process of its own, and tell how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import IO, Literal

from gilext.course.stillness import Stillness

if sys.platform == "linux":
    import resource

_SAMPLE_SECONDS = 0.1

How = Literal["ended", "failed", "crashed", "hung"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a process ended.

    Attributes
    ----------
    how : str
        ``"ended"`` with exit code 0, ``"failed"`` with another, ``"crashed"`` by a signal, or
        ``"hung"``: it hadn't ended in time, and was killed.
    returncode : int or None
        Its exit code, or a signal's number below zero; None if it hung.
    signal : str or None
        The signal that ended it, such as ``"SIGSEGV"``.
    stdout, stderr : str
        What it wrote until then.
    wall_seconds : float
        How long it ran.
    """

    how: How
    returncode: int | None
    signal: str | None
    stdout: str
    stderr: str
    wall_seconds: float


def run_child(
    arguments: Sequence[str | Path],
    folder: Path,
    seconds: float,
    environment: Mapping[str, str] | None = None,
    still_seconds: float | None = None,
) -> Outcome:
    """Run a command, and kill it and its children if it doesn't end in time.

    Parameters
    ----------
    arguments : sequence of str or Path
        The program and its arguments.
    folder : Path
        Its working directory.
    seconds : float
        How long it may run.
    environment : mapping, optional
        Its environment variables; without them it has those of this process.
    still_seconds : float, optional
        How long all its threads may wait, and none of them run, until it counts as hung. That is
        seen on Linux.
    """
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        start = perf_counter()
        process = subprocess.Popen(
            arguments, cwd=folder, env=environment, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
        )  # fmt: skip
        try:
            _write_no_core_file(process.pid)
            returncode = _returncode_within(process, seconds, still_seconds)
        finally:
            _kill_group(process)
        wall_seconds = perf_counter() - start
        return Outcome(
            how=_how(returncode),
            returncode=returncode,
            signal=_signal_name(returncode),
            stdout=_text_of(stdout),
            stderr=_text_of(stderr),
            wall_seconds=wall_seconds,
        )


def _write_no_core_file(pid: int) -> None:
    if sys.platform == "linux":
        with suppress(ProcessLookupError, PermissionError):
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))


def _returncode_within(
    process: subprocess.Popen[bytes], seconds: float, still_seconds: float | None
) -> int | None:
    if still_seconds is None:
        return _returncode_after(process, seconds)
    deadline = perf_counter() + seconds
    stillness = Stillness(process.pid)
    while stillness.seconds() < still_seconds and perf_counter() < deadline:
        returncode = _returncode_after(process, _SAMPLE_SECONDS)
        if returncode is not None:
            return returncode
    return _returncode_after(process, 0)


def _returncode_after(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and all that it started; its own session keeps them together."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _how(returncode: int | None) -> How:
    if returncode is None:
        return "hung"
    if returncode == 0:
        return "ended"
    return "crashed" if returncode < 0 else "failed"


def _signal_name(returncode: int | None) -> str | None:
    if returncode is None or returncode >= 0:
        return None
    try:
        return signal.Signals(-returncode).name
    except ValueError:
        return f"signal {-returncode}"


def _text_of(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")
