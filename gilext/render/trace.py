"""A recording as a trace that Perfetto, Chrome and vizviewer open."""

from __future__ import annotations

from typing import Any

from gilext.recording.results import Frame, Recording

_PROCESS = 1


def events(recording: Recording) -> dict[str, Any]:
    """Return a recording in the Trace Event Format, as what ``json.dumps()`` takes.

    Each holder is a thread, each hold a complete event in it. A stall has events inside of it,
    one for each of its stacks, named after the innermost line. Times are in microseconds, as the
    format wants them. Source: "Trace Event Format", Google, section "Complete Events".
    """
    lanes = {index: index + 1 for index in range(len(recording.by_thread))}
    found: list[dict[str, Any]] = [_metadata("process_name", 0, name="the GIL")]
    for index, thread in enumerate(recording.by_thread):
        found.append(_metadata("thread_name", lanes[index], name=thread.name))
        found.append(_metadata("thread_sort_index", lanes[index], sort_index=index))
    stalls = {stall.hold: stall for stall in recording.stalls}
    for hold in recording.holds:
        stall = stalls.get(hold)
        name = "hold" if stall is None else "stall"
        found.append(
            _complete(name, lanes[hold.thread], hold.start_seconds, hold.seconds, native_id=(
                recording.by_thread[hold.thread].native_id
            ))
        )  # fmt: skip
        start = hold.start_seconds
        for stack in () if stall is None else stall.stacks:
            found.append(
                _complete(
                    described(stack.frames[0]),
                    lanes[hold.thread],
                    start,
                    stack.seconds,
                    stack=[described(frame) for frame in stack.frames],
                )
            )
            start += stack.seconds
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


def described(frame: Frame) -> str:
    """Return a frame in one line."""
    return f"{frame.function} ({frame.file}:{frame.line})"


def _metadata(kind: str, lane: int, **arguments: object) -> dict[str, Any]:
    return {"ph": "M", "name": kind, "pid": _PROCESS, "tid": lane, "args": arguments}


def _complete(
    name: str, lane: int, start_seconds: float, seconds: float, **arguments: object
) -> dict[str, Any]:
    return {
        "ph": "X",
        "name": name,
        "cat": "gil",
        "pid": _PROCESS,
        "tid": lane,
        "ts": round(start_seconds * 1e6, 3),
        "dur": round(seconds * 1e6, 3),
        "args": arguments,
    }
