"""Folders in which the processes of one watch keep their recordings."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from errno import ENOTEMPTY
from itertools import count
from pathlib import Path

from gilext.recording.child_settings import BEGUN, UNWATCHED
from gilext.recording.files import SUFFIX, recording_in
from gilext.recording.results import Recording

_MAX_REASONS = 3


def load_folder(folder: Path) -> Recording:
    """Read what a program and its children have recorded.

    Raises
    ------
    OSError
        If it can't be read.
    ValueError
        If it isn't such a folder.
    """
    recordings, reason = recordings_in(folder)
    for place, recording in enumerate(recordings):
        if recording.process is not None and recording.process.origin == "run":
            children = recordings[:place] + recordings[place + 1 :]
            # They note no environment of their own, to begin sooner.
            children = tuple(
                replace(child, environment=recording.environment) for child in children
            )
            return replace(recording, children=children, children_unavailable_reason=reason)
    raise ValueError(f"{str(folder)!r} has no recording of a program whose children were watched")


def recordings_in(
    folder: Path, besides: Path | None = None
) -> tuple[tuple[Recording, ...], str | None]:
    """Return the recordings in a folder, in order; and how many processes have none, and why."""
    found: list[tuple[int, Recording]] = []
    reasons = Counter(_reasons_in(folder))
    for file in _files_in(folder, besides):
        try:
            recording = recording_in(file)
        except (OSError, ValueError):
            reasons[_why_unread(file)] += 1
            continue
        if recording.process is not None:
            found.append((recording.process.start_ns, recording))
    found.sort(key=lambda one: one[0])
    return tuple(recording for _, recording in found), _sentence(reasons)


def prepare(folder: Path) -> None:
    """Make a folder ready for the recordings of one watch.

    Raises
    ------
    OSError
        If there can't be such a folder, or it has recordings already.
    """
    folder.mkdir(exist_ok=True)
    if any(folder.glob(f"*{SUFFIX}")):
        raise OSError(ENOTEMPTY, "the folder has recordings of another watch", str(folder))
    for name in (BEGUN, UNWATCHED):
        (folder / name).unlink(missing_ok=True)


def hand_on(folder: Path, besides: Path | None, to: Path) -> None:
    """Let another folder have the recordings of this one as well."""
    for file in _files_in(folder, besides):
        with suppress(OSError):
            _link(file, to)
    with suppress(OSError), open(to / UNWATCHED, "ab") as unwatched:
        unwatched.write((folder / UNWATCHED).read_bytes())


def _files_in(folder: Path, besides: Path | None) -> Iterator[Path]:
    return (file for file in folder.glob(f"*{SUFFIX}") if file != besides)


def _link(file: Path, folder: Path) -> None:
    for number in count(1):
        name = folder / (file.name if number == 1 else f"{file.stem}-{number}{SUFFIX}")
        try:
            os.link(file, name)
        except FileExistsError:
            continue
        except OSError:  # another file system
            shutil.copyfile(file, name)
        return


def _why_unread(file: Path) -> str:
    with suppress(OSError):
        if file.stat().st_size > 0:
            return "its file is damaged"
    return "it had only begun"


def _reasons_in(folder: Path) -> Iterator[str]:
    """Yield why processes have no recording, once for each."""
    with suppress(OSError):
        for line in (folder / UNWATCHED).read_text("utf-8", "replace").splitlines():
            yield line.partition(" ")[2]


def _sentence(reasons: Counter[str]) -> str | None:
    if not reasons:
        return None
    processes = "process" if reasons.total() == 1 else "processes"
    if len(reasons) == 1:
        why = next(iter(reasons))
    else:
        most = reasons.most_common(_MAX_REASONS)
        why = "; ".join(f"{times}: {reason}" for reason, times in most)
        why += "; …" if len(reasons) > _MAX_REASONS else ""
    return f"{reasons.total()} child {processes} couldn't be watched ({why})"
