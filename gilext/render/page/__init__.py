"""A recording as a page that needs nothing but a browser."""

from __future__ import annotations

import base64
from array import array
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from gilext.recording.results import Recording, Stall
from gilext.render.text import notes_on, place, recording_heading, stalls_in_all
from gilext.render.trace import described

_MOST_LINES = 50


def render(recording: Recording) -> str:
    """Return a recording as an HTML page.

    It has its style, its code and every hold inside: 14 bytes a hold, and a third more for being
    text. Threads are lanes, holds are bars; it can be zoomed and moved.
    """
    environment = Environment(
        loader=PackageLoader("gilext.render", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        recording=recording,
        heading=recording_heading(recording),
        place=place(recording.environment),
        stalls_in_all=stalls_in_all(recording),
        notes=notes_on(recording),
        threads=sorted(recording.by_thread, key=lambda thread: -thread.held_seconds),
        lines=recording.stall_lines()[:_MOST_LINES],
        histogram=_histogram(recording),
        data=_data(recording),
    )


def _data(recording: Recording) -> dict[str, Any]:
    """Return what the page's code draws; jinja2 makes it safe inside of a script."""
    columns = recording.holds.columns()
    return {
        "seconds": recording.seconds,
        "completeSeconds": recording.holds_truncated_at_seconds,
        "threads": [thread.name for thread in recording.by_thread],
        "starts": _packed("d", columns["start_seconds"]),
        "lengths": _packed("f", columns["seconds"]),
        "lanes": _packed("H", columns["thread"]),
        "stalls": [_stall(stall) for stall in recording.stalls],
    }


def _packed(kind: str, values: list[float] | list[int]) -> str:
    return base64.b64encode(array(kind, values).tobytes()).decode()


def _stall(stall: Stall) -> dict[str, Any]:
    most = max(stall.stacks, key=lambda stack: stack.seconds, default=None)
    frames = () if most is None else most.frames
    return {
        "start": stall.hold.start_seconds,
        "seconds": stall.hold.seconds,
        "lane": stall.hold.thread,
        "name": f"{frames[0].function}:{frames[0].line}" if frames else "",
        "stack": [described(frame) for frame in frames[:12]],
    }


def _histogram(recording: Recording) -> list[tuple[str, int, float]]:
    """Return the filled part: from how long on, how many, and that in percent of the fullest."""
    filled = [index for index, count in enumerate(recording.histogram) if count]
    if not filled:
        return []
    fullest = max(recording.histogram)
    return [
        (_length(2.0**index * 1e-9), recording.histogram[index],
         100 * recording.histogram[index] / fullest)
        for index in range(filled[0], filled[-1] + 1)
    ]  # fmt: skip


def _length(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
