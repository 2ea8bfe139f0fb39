"""A recording as a trace that Perfetto, Chrome and vizviewer open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gilext.core.report import printable
from gilext.recording.results import Frame, Recording, Stall

_PROCESS = 1


def events(recording: Recording) -> dict[str, Any]:
    """Return a recording in the Trace Event Format, as what ``json.dumps()`` takes.

    Each holder is a thread, each hold a complete event in it. A stall has events inside of it,
    one for each of its stacks, named after the innermost line. Times are in microseconds, as the
    format wants them, and whole nanoseconds, so that what ends where the next begins doesn't
    overlap it. Source: "Trace Event Format", Google, section "Complete Events".
    """
    found: list[dict[str, Any]] = [_metadata("process_name", 0, name="the GIL")]
    for index, thread in enumerate(recording.by_thread):
        found.append(_metadata("thread_name", index + 1, name=printable(thread.name)))
        found.append(_metadata("thread_sort_index", index + 1, sort_index=index))
    stalls = {stall.hold: stall for stall in recording.stalls}
    for hold in recording.holds:
        stall = stalls.get(hold)
        start = _nanoseconds(hold.start_seconds)
        end = start + _nanoseconds(hold.seconds)
        name = "hold" if stall is None else "stall"
        native_id = recording.by_thread[hold.thread].native_id
        found.append(_complete(name, hold.thread + 1, start, end, native_id=native_id))
        if stall is not None:
            found += _stacks(stall, start, end)
    return {
        "traceEvents": found,
        "displayTimeUnit": "ms",
        "otherData": {
            "gilext": recording.environment.gilext_version,
            "python": recording.environment.python_version,
            "held_fraction": recording.held_fraction,
            "held_error": recording.held_error,
            "holds_truncated_at_seconds": recording.holds_truncated_at_seconds,
        },
    }


def _stacks(stall: Stall, start: int, end: int) -> Iterator[dict[str, Any]]:
    """Return a stall's stacks one after the other, from its start to its end in nanoseconds."""
    passed = 0.0
    began = start
    for stack in stall.stacks:
        passed += stack.seconds
        ended = min(start + _nanoseconds(passed), end)
        frames = [described(frame) for frame in stack.frames]
        yield _complete(frames[0], stall.hold.thread + 1, began, ended, stack=frames)
        began = ended


def described(frame: Frame) -> str:
    """Return a frame in one line."""
    return printable(f"{frame.function} ({frame.file}:{frame.line})")


def _nanoseconds(seconds: float) -> int:
    return round(seconds * 1e9)


def _metadata(kind: str, lane: int, **arguments: object) -> dict[str, Any]:
    return {"ph": "M", "name": kind, "pid": _PROCESS, "tid": lane, "args": arguments}


def _complete(
    name: str, lane: int, start_ns: int, end_ns: int, **arguments: object
) -> dict[str, Any]:
    return {
        "ph": "X",
        "name": name,
        "cat": "gil",
        "pid": _PROCESS,
        "tid": lane,
        "ts": start_ns / 1000,
        "dur": (end_ns - start_ns) / 1000,
        "args": arguments,
    }
