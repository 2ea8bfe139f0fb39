"""What a process that imports modules tells, event by event, for as long as it lives."""

from __future__ import annotations

import json
import os
from ast import literal_eval
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from io import FileIO
from selectors import EVENT_READ, DefaultSelector
from tempfile import TemporaryDirectory, TemporaryFile
from time import monotonic
from types import MappingProxyType
from typing import Any

from gilext.auditing.workers import Worker, running_worker

Event = tuple[Any, ...]

NO_WARNING = ("-W", "ignore:The global interpreter lock:RuntimeWarning")
UNSET = MappingProxyType({"PYTHON_GIL": None, "PYTHONWARNINGS": None})
_OF_ONE_INTERPRETER = {"PYTHONHOME": None, "__PYVENV_LAUNCHER__": None}
_POLL_SECONDS = 0.05
_GRACE_SECONDS = 10.0
_START_SECONDS = 60.0
_MAX_LINE = 1 << 24
_NONE = type(None)
# What is written by other people's modules, in the worst case, is looked at before it is taken.
_SHAPES: dict[str, tuple[type | tuple[type, ...], ...]] = {
    "started": (bool,),
    "loaded": (
        str, str, tuple, (str, _NONE), (int, _NONE), str, (bool, _NONE), bool, (str, _NONE),
        (str, _NONE), (int, _NONE), tuple,
    ),
    "begins": (str,),
    "done": (str,),
    "failed": (str, bool, str),
    "ends": (),
}  # fmt: skip


def failure(module: str, is_missing: bool, reason: str) -> str:
    """Return in one line why a module can't be imported."""
    if is_missing:
        return f"there is no module {module!r} ({reason})"
    return f"importing {module!r} failed: {reason}"


def events_of(
    modules: Sequence[tuple[str, str | None]],
    seconds: float,
    *,
    executable: str | None = None,
    python_path: str,
) -> Iterator[Event]:
    """Yield what `gilext.auditing.importing.declared_worker` tells as it happens, then how it ended.

    Parameters
    ----------
    modules : sequence of (str, str or None)
        Their names, and the paths of those that belong to no package.
    seconds : float
        How long each may take.
    executable : str or None
        The interpreter; None for this one.
    python_path : str
        Where it finds gilext and the modules.

    Yields
    ------
    tuple
        An event's kind and what belongs to it; the last is ``("over", end)``.
    """
    variables = {**UNSET, "PYTHONPATH": python_path}
    if executable is not None:
        variables |= _OF_ONE_INTERPRETER
    (reading, writing), (leash, held) = os.pipe(), os.pipe()
    with (
        FileIO(reading) as pipe,
        FileIO(writing, "w") as own_end,
        FileIO(leash) as stdin,
        FileIO(held, "w") as holding,
        TemporaryFile() as file,
        TemporaryDirectory(prefix="gilext-imports-", ignore_cleanup_errors=True) as folder,
    ):
        file.write(json.dumps(modules).encode("ascii"))
        file.seek(0)
        with running_worker(
            "gilext.auditing.importing.declared_worker", [str(writing), str(file.fileno())],
            options=NO_WARNING, variables=variables,
            executable=executable, stdin=leash, descriptors=[writing, file.fileno()],
            folder=folder,
        ) as worker:  # fmt: skip
            own_end.close()
            stdin.close()
            try:
                is_late = yield from _told_by(worker, pipe, seconds)
            finally:
                holding.close()
                end = worker.end(_GRACE_SECONDS)
    yield "over", str(replace(end, code=None if is_late else end.code, seconds=seconds))


def _told_by(worker: Worker, pipe: FileIO, seconds: float) -> Generator[Event, None, bool]:
    """Yield what a worker writes, and return whether its time is over before it is."""
    unread = b""
    deadline = monotonic() + max(seconds, _START_SECONDS)
    with DefaultSelector() as selector:
        selector.register(pipe, EVENT_READ)
        while (left := deadline - monotonic()) > 0 and len(unread) < _MAX_LINE:
            is_over = worker.is_over
            if selector.select(0 if is_over else min(left, _POLL_SECONDS)):
                data = pipe.read(1 << 16)
                if not data:
                    return not worker.is_over_within(left)
                *lines, unread = (unread + data).split(b"\n")
                for event in filter(None, map(_event, lines)):
                    yield event
                    if event[0] in ("started", "done"):
                        deadline = monotonic() + seconds
            elif is_over:  # What it has left behind may keep the pipe open.
                return False
    return True


def _event(line: bytes) -> Event | None:
    try:
        event = literal_eval(line.decode("ascii"))
        kind, *rest = event
        is_right = all(map(isinstance, rest, _SHAPES[kind])) and len(rest) == len(_SHAPES[kind])
    except (KeyError, MemoryError, RecursionError, SyntaxError, TypeError, ValueError):
        return None
    return event if is_right else None
