"""Recordings that were saved as JSON, read back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from gilext.core.reading import read_columns, read_fields
from gilext.core.version import __version__
from gilext.recording.files import MAGIC, SUFFIX, recording_in
from gilext.recording.folders import load_folder
from gilext.recording.holds import Hold, Holds
from gilext.recording.processes import ENDS, ORIGINS
from gilext.recording.results import Recording

_MAX_SECONDS = 1e9
_NOT_COUNTED = "the gilext that made the recording didn't count waiting threads"
_NO_STACKS = "the gilext that made the recording took those of stalls alone"


def load_recording(path: str | Path) -> Recording:
    """Read a recording that `Recording.save` wrote as ``.json``, or the file of a watch.

    Parameters
    ----------
    path : str or Path
        The file, or the folder of a watch with children.

    Returns
    -------
    Recording
        As it was; what an older gilext didn't record is unknown in it. If it is the file of a
        watch whose process was killed, its `incomplete_reason` says so.

    Raises
    ------
    OSError
        If the file can't be read.
    ValueError
        If it isn't such a file, or has what only another gilext knows.
    """
    if os.path.isdir(path):
        return load_folder(Path(path))
    with open(path, "rb") as file:
        content = file.read(len(MAGIC))
        if content == MAGIC or Path(path).suffix.lower() == SUFFIX:
            return _recording_of_file(path)
        content += file.read()
    try:
        return recording_of(json.loads(content, parse_constant=_refuse))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{str(path)!r} is no recording of gilext as .json: {error}") from None


def _recording_of_file(path: str | Path) -> Recording:
    try:
        return recording_in(path)
    except ValueError as error:
        raise ValueError(f"{str(path)!r} can't be read as a recording: {error}") from None


def recording_of(document: object) -> Recording:
    """Make a recording of what its `to_dict` gave.

    Raises
    ------
    ValueError
        If it is anything else, or has what only a newer gilext knows.
    """
    try:
        return _recording_of(document)
    except ValueError as error:
        raise ValueError(f"{error}{_made_by(document)}") from None


def _recording_of(document: object) -> Recording:
    values = read_fields(Recording, document, apart=("holds", "children"))
    assert isinstance(document, Mapping)
    holds = read_columns(Hold, document["holds"], "holds")
    if "wait_seconds" not in document:
        values["waits_unavailable_reason"] = _NOT_COUNTED
    if "stacks" not in document and values["lines_unavailable_reason"] is None:
        values["lines_unavailable_reason"] = _NO_STACKS
    children = _children_of(document.get("children", []))
    recording = Recording(**values, holds=Holds(), children=children)
    _check_processes(recording)
    _check_threads(recording, {hold.thread for hold in holds})
    _check_stacks(recording)
    _check_times(holds)
    return replace(recording, holds=Holds.of(holds))


def _children_of(documents: object) -> tuple[Recording, ...]:
    if not isinstance(documents, list):
        raise ValueError("children must be an array")
    return tuple(
        _child_of(document, f"children[{place}]") for place, document in enumerate(documents)
    )


def _child_of(document: object, place: str) -> Recording:
    if isinstance(document, Mapping) and document.get("children"):
        raise ValueError(f"{place} must have no children of its own")
    try:
        child = _recording_of(document)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None
    if child.process is None:
        raise ValueError(f"{place} must have a process")
    return child


def _check_processes(recording: Recording) -> None:
    process = recording.process
    if process is None:
        if recording.children:
            raise ValueError("a recording that has children must have a process")
        return
    if process.origin not in ORIGINS or process.end not in ENDS:
        raise ValueError("process.origin or process.end is none that is known")
    if not 0 <= process.start_ns <= _MAX_SECONDS * 1e9:
        raise ValueError(f"process.start_ns must be 0 to {_MAX_SECONDS * 1e9:g}")


def _check_times(holds: Iterable[Hold]) -> None:
    for hold in holds:
        times = (hold.start_seconds, hold.seconds, hold.waited_seconds or 0.0)
        if not 0 <= min(times) <= max(times) <= _MAX_SECONDS:
            raise ValueError(f"the times in holds must be 0 to {_MAX_SECONDS:g}")


def _check_threads(recording: Recording, of_holds: set[int]) -> None:
    """See that each number of a thread is one of those in the list."""
    known = range(len(recording.by_thread))
    if any(thread not in known for thread in (*of_holds, *_threads_named(recording))):
        raise ValueError(f"a thread is named that isn't among the {len(known)}")


def _threads_named(recording: Recording) -> Iterable[int]:
    yield from (hold.thread for hold in recording.longest)
    for stall in recording.stalls:
        yield stall.hold.thread
        yield from (victim.thread for victim in stall.victims)
    for stack in recording.stacks:
        yield stack.thread
        yield from (thread for thread, _ in stack.victims)
    yield from (thread for thread, *_ in recording.activity.rows)
    for pause in recording.pauses:
        yield from () if pause.asker is None else (pause.asker,)
        yield from (waited.thread for waited in pause.waited_for)


def _check_stacks(recording: Recording) -> None:
    found = [stack.frames for stack in recording.stacks]
    found += [stack.frames for stall in recording.stalls for stack in stall.stacks]
    if not all(found):
        raise ValueError("there is a stack without frames")


def _made_by(document: object) -> str:
    match document:
        case {"environment": {"gilext_version": str(version)}} if version != __version__:
            return f": it was made by gilext {version}, and this is {__version__}"
    return ""


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
