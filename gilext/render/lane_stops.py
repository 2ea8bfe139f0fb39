"""Stops of the world in a picture: in a lane of their own, and in those of threads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gilext.recording.results import Recording
from gilext.render.palette import HELD, STALLED, WAITED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

_BAR = 0.45
_MIN_PART = 0.002  # of the width: less can't be seen
# Hatched and half as high, so that no colour is needed to tell it from the world standing still.
_STOPPING: dict[str, Any] = {
    "facecolor": "none", "edgecolor": WAITED.day, "hatch": "/////", "linewidth": 0.7,
}  # fmt: skip
_Span = tuple[float, float]


def draw_stops(
    axes: Axes, recording: Recording, start: float, world: float, lanes: Mapping[int, float]
) -> None:
    """Draw a process's stops, given when it began, their lane, and those of its threads."""
    shortest = _MIN_PART * recording.seconds

    def span(since: float, seconds: float) -> _Span:
        return start + since, max(seconds, shortest)

    for pause in recording.pauses:
        stopping = span(pause.start_seconds, pause.stopping_seconds)
        if pause.stopped_seconds is not None:
            still = span(pause.start_seconds + pause.stopping_seconds, pause.stopped_seconds)
            axes.broken_barh([still], (world - 0.35, _BAR), facecolors=STALLED.day, linewidth=0)
        for lane in (world, *_lanes_of(lanes, pause.asker)):
            axes.broken_barh([stopping], (lane - 0.35 + _BAR / 2, _BAR / 2), **_STOPPING)
        for one in pause.waited_for:
            attached = span(pause.start_seconds, one.seconds)
            for lane in _lanes_of(lanes, one.thread):
                axes.broken_barh([attached], (lane - 0.35, _BAR), facecolors=HELD.day, linewidth=0)


def meanings_of_stops() -> list[Patch]:
    """Return what is drawn, for the legend."""
    from matplotlib.patches import Patch

    return [
        Patch(label="stopping the world", **_STOPPING),
        Patch(color=STALLED.day, label="the world stands still"),
        Patch(color=HELD.day, label="attached: the stop waits for it"),
    ]


def _lanes_of(lanes: Mapping[int, float], thread: int | None) -> list[float]:
    return [] if thread is None or thread not in lanes else [lanes[thread]]
