"""Recordings whose memory is a file, which outlive their process, read back.

docs/recording_files.md tells of the format.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gilext._native import open_recording
from gilext.core.environment import Environment, info
from gilext.core.reading import read
from gilext.recording.notes import SUFFIX as SUFFIX
from gilext.recording.processes import ORIGINS, Process
from gilext.recording.recorded import recording_of_sampler
from gilext.recording.results import Recording
from gilext.recording.sums import FileState

MAGIC = b"\x89GILEXT\n"
_KILLED = (
    "the process ended without ending its recording, by a signal, a crash or os._exit: what came "
    "after the last sample is missing"
)
_RUNNING = "the process still ran when its recording was read"
_CUT = "the file was cut short, and what was behind is missing"


# -- reading ---------------------------------------------------------------------------------


def recording_in(path: str | Path, names: Mapping[int, str] = MappingProxyType({})) -> Recording:
    """Read a recording back from the file that was its memory.

    Parameters
    ----------
    path : str or Path
        The file.
    names : mapping
        What threads are called that the file doesn't name, by their native numbers.

    Raises
    ------
    OSError
        If it can't be read.
    ValueError
        If it is no such file, was made by a gilext that keeps recordings otherwise, or is damaged.
    """
    sampler, notes, state = open_recording(path)
    totals = sampler.totals()
    process = _process_note(notes)
    recording = recording_of_sampler(
        sampler,
        {**names, **_thread_names(notes)},
        interval=state["interval_ns"] * 1e-9,
        stalls=state["stall_ns"] * 1e-9 or None,
        lines=state["takes_stacks"],
        environment=process.environment or _environment_of(process.python, state),
        sources_until=_time_of(totals["end_ns"], state),
    )
    end = "ended" if state["is_ended"] else "running" if _runs(state, path) else "killed"
    return replace(
        recording,
        process=Process(
            pid=state["process"],
            parent_pid=process.parent_pid,
            command=process.command,
            start_ns=totals["start_ns"],
            origin=process.origin,
            end=end,
        ),
        incomplete_reason=_why_incomplete(state, end),
        children_unavailable_reason=_why_children_are_missing(notes),
    )


@dataclass(frozen=True, slots=True)
class _ProcessNote:
    parent_pid: int = 0
    command: tuple[str, ...] = ()
    origin: str = "run"
    python: str | None = None  # sys.version
    environment: Environment | None = None


def _process_note(notes: Iterable[tuple[str, bytes]]) -> _ProcessNote:
    """Return what the first note on the process says, as far as it says what it should."""
    for key, value in notes:
        if key == "process":
            return _read_process(_object_of(value))
    return _ProcessNote()


def _read_process(said: Mapping[str, Any]) -> _ProcessNote:
    kinds = {"parent_pid": int, "command": tuple[str, ...], "origin": str, "python": str}
    found: dict[str, Any] = {}
    for name, kind in (kinds | {"environment": Environment}).items():
        with suppress(ValueError):
            if name in said:
                found[name] = read(kind, said[name])
    if found.get("origin") not in ORIGINS:
        found.pop("origin", None)
    return _ProcessNote(**found)


def _environment_of(python: str | None, state: FileState) -> Environment:
    """Return on what a process ran that says no more than its ``sys.version``: on this machine."""
    here = info()
    if python == sys.version:
        return here
    version, _, compiler = (python or "").partition("[")
    return replace(
        here,
        gilext_version=state["gilext_version"],
        implementation="Python",
        python_version=version.split(" ")[0] or "of an unknown version",
        compiler=compiler.rstrip("]") or "unknown",
    )


def _why_children_are_missing(notes: Iterable[tuple[str, bytes]]) -> str | None:
    for key, value in notes:
        match key, _object_of(value):
            case "children", {"unavailable_reason": str(reason)}:
                return reason
    return None


def _thread_names(notes: Iterable[tuple[str, bytes]]) -> dict[int, str]:
    names = {}
    for key, value in notes:
        if key == "thread":
            match _object_of(value):
                case {"native_id": int(native_id), "name": str(name)}:
                    names[native_id] = name
    return names


def _object_of(value: bytes) -> Mapping[str, Any]:
    with suppress(ValueError, RecursionError):
        said = json.loads(value)
        if isinstance(said, dict):
            return said
    return {}


def _why_incomplete(state: FileState, end: str) -> str | None:
    reasons = {"killed": (_KILLED,), "running": (_RUNNING,), "ended": ()}[end]
    return "; ".join((*reasons, *((_CUT,) if state["is_cut"] else ()))) or None


def _time_of(when_ns: int, state: FileState) -> float:
    """Return the time of day at a time of the monotonic clock of the process that recorded."""
    return (state["wall_ns"] + when_ns - state["clock_ns"]) * 1e-9


# -- whether its process runs ----------------------------------------------------------------


def _runs(state: FileState, path: str | Path) -> bool:
    """Return whether the process that makes a recording still has its file as memory.

    Its number may have become another's, and it may have become another program.
    """
    folder = Path("/proc", str(state["process"]))
    if not Path("/proc/self/stat").exists():
        return _is_alive(state["process"])
    try:
        fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return False
    if int(fields[19]) != state["process_start"] or fields[0] in b"ZX":
        return False
    try:
        inode, name = str(os.stat(path).st_ino), os.path.realpath(os.fsdecode(path))
        maps = (folder / "maps").read_text("utf-8", "surrogateescape")
    except OSError:
        return True
    mapped = (line.split(maxsplit=5)[4:] for line in maps.splitlines())
    return any(inode == found[0] or name in found[1:] for found in mapped)


def _is_alive(process: int) -> bool:
    if sys.platform == "win32" or process <= 0:
        return False
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
