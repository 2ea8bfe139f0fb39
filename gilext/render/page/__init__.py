"""A recording as a page that needs nothing but a browser."""

from __future__ import annotations

import base64
import sys
from array import array
from collections.abc import Iterable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from gilext.core.report import printable, share
from gilext.core.units import in_words
from gilext.recording.results import Recording, Stall
from gilext.render.lanes import longest_holders
from gilext.render.trace import described

_MAX_LINES = 50
_MAX_LANES = 200  # a canvas has no more than 32,767 rows of pixels in some browsers


def render(recording: Recording) -> str:
    """Return a recording as an HTML page.

    It has its style, its code and every hold inside: 14 bytes per hold, and a third more for being
    text. Threads are lanes, holds are bars; it can be zoomed and moved. Of more than 200 threads,
    those that held the shortest share a lane.
    """
    environment = Environment(
        loader=PackageLoader("gilext.render", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    report = recording.report()
    return environment.get_template("page.html").render(
        recording=recording,
        report=report,
        threads=sorted(recording.by_thread, key=lambda thread: -thread.held_seconds),
        share=share,
        lines=recording.stall_lines()[:_MAX_LINES],
        histogram=_histogram(recording),
        data=_data(recording),
    )


def _data(recording: Recording) -> dict[str, Any]:
    """Return what the page's code draws; jinja2 makes it safe inside of a script."""
    columns = recording.holds.columns()
    shown = longest_holders(recording.by_thread, _MAX_LANES)
    names = [printable(recording.by_thread[thread].name) for thread in shown]
    left_out = len(recording.by_thread) - len(shown)
    lanes = [len(shown)] * len(recording.by_thread)
    for lane, thread in enumerate(shown):
        lanes[thread] = lane
    return {
        "seconds": recording.seconds,
        "completeSeconds": recording.holds_truncated_at_seconds,
        "threads": [*names, f"{left_out:,} more threads"] if left_out else names,
        "starts": _packed("d", columns["start_seconds"]),
        "lengths": _packed("f", columns["seconds"]),
        "lanes": _packed("H", [lanes[int(thread)] for thread in columns["thread"]]),
        "stalls": [_stall(stall, lanes[stall.hold.thread]) for stall in recording.stalls],
    }


def _packed(kind: str, values: Iterable[float]) -> str:
    """Return numbers as little-endian bytes, in text: the viewer's machine may not be this one."""
    numbers = array(kind, values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return base64.b64encode(numbers.tobytes()).decode()


def _stall(stall: Stall, lane: int) -> dict[str, Any]:
    most = max(stall.stacks, key=lambda stack: stack.seconds, default=None)
    frames = () if most is None else most.frames
    return {
        "start": stall.hold.start_seconds,
        "seconds": stall.hold.seconds,
        "lane": lane,
        "name": printable(f"{frames[0].function}:{frames[0].line}") if frames else "",
        "stack": [described(frame) for frame in frames[:12]],
    }


def _histogram(recording: Recording) -> list[tuple[str, int, float]]:
    """Return the filled part: from how long on, how many, and that in percent of the fullest."""
    filled = [index for index, count in enumerate(recording.histogram) if count]
    if not filled:
        return []
    fullest = max(recording.histogram)
    return [
        (in_words(2.0**index * 1e-9), recording.histogram[index],
         100 * recording.histogram[index] / fullest)
        for index in range(filled[0], filled[-1] + 1)
    ]  # fmt: skip
