"""The lines that a picture names over its bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gilext.core.report import printable
from gilext.recording.lines import own_frame
from gilext.recording.parts import Frame
from gilext.recording.results import Recording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MAX_NAMED = 5
_ROOM = 0.15  # of the width, for a name


class _Span(NamedTuple):
    """A bar that has a line: in which thread's lane, when, for how long."""

    thread: int
    start: float
    seconds: float
    frame: Frame


def name_lines(axes: Axes, recording: Recording, start: float, lanes: Mapping[int, float]) -> None:
    """Write the line over the longest stalls, and over what stops waited for, if there is room."""
    candidates = [span for span in _spans(recording) if span.thread in lanes]
    candidates.sort(key=lambda span: -span.seconds)
    room = _ROOM * recording.seconds
    named: list[_Span] = []
    for span in candidates:
        is_crowded = any(
            other.thread == span.thread and abs(other.start - span.start) < room for other in named
        )
        if is_crowded or len(named) == _MAX_NAMED:
            continue
        named.append(span)
        is_last = span.start > recording.seconds - room
        axes.text(
            start + (recording.seconds if is_last else span.start),
            lanes[span.thread] - 0.4,
            printable(f"{Path(span.frame.file).name}:{span.frame.line}"),
            horizontalalignment="right" if is_last else "left",
            fontsize="x-small",
            parse_math=False,
        )


def _spans(recording: Recording) -> Iterator[_Span]:
    for stall in recording.stalls:
        if stall.stacks:
            frame = own_frame(max(stall.stacks, key=lambda stack: stack.seconds).frames)
            yield _Span(stall.hold.thread, stall.hold.start_seconds, stall.hold.seconds, frame)
    for pause in recording.pauses:
        for one in pause.waited_for:
            if one.frames:
                frame = own_frame(one.frames)
                yield _Span(one.thread, pause.start_seconds, one.seconds, frame)
