"""A recording as a picture: threads as lanes, holds as bars. Needs matplotlib."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gilext.recording.holds import Hold
from gilext.recording.results import Recording
from gilext.render.text import place, recording_heading

_COLUMNS = 2000
_MOST_NAMED = 5
_ROOM = 0.15  # of the width, for a name
_HELD, _STALLED, _MISSING = "#4477aa", "#ee6677", "#dddddd"


def bars_of(holds: Iterable[Hold], seconds: float) -> list[tuple[float, float]]:
    """Return the spans, start and length, that holds fill when drawn in 2000 columns.

    Holds that lie in neighbouring columns become one bar: a picture can't show more, and a file
    with each of a hundred thousand would be large.
    """
    column = max(seconds, 1e-9) / _COLUMNS
    bars: list[tuple[float, float]] = []
    for hold in holds:
        first = int(hold.start_seconds / column)
        last = int((hold.start_seconds + hold.seconds) / column)
        if bars and first <= bars[-1][1] + 1:
            bars[-1] = (bars[-1][0], max(last, bars[-1][1]))
        else:
            bars.append((first, last))
    return [(first * column, (last - first + 1) * column) for first, last in bars]


def save(recording: Recording, path: Path) -> None:
    """Draw a recording into a ``.png`` or ``.svg`` file; the same recording gives the same bytes.

    Raises
    ------
    ImportError
        Where matplotlib is missing.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    threads = recording.by_thread
    with rc_context({"svg.hashsalt": "gilext", "svg.fonttype": "none"}):
        figure = Figure(figsize=(9, 1.6 + 0.45 * max(len(threads), 1)), layout="constrained")
        axes = figure.subplots()
        for index in range(len(threads)):
            own = [hold for hold in recording.holds if hold.thread == index]
            stalled = [s.hold for s in recording.stalls if s.hold.thread == index]
            for holds, colour in ((own, _HELD), (stalled, _STALLED)):
                bars = bars_of(holds, recording.seconds)
                axes.broken_barh(bars, (index - 0.35, 0.7), facecolors=colour, linewidth=0)
        _name_stalls(axes, recording)
        if recording.holds_truncated_at_seconds is not None:
            axes.axvspan(recording.holds_truncated_at_seconds, recording.seconds, color=_MISSING)
        axes.set_yticks(range(len(threads)), [thread.name for thread in threads])
        axes.set_ylim(len(threads) - 0.4, -0.9)
        axes.set_xlim(0, max(recording.seconds, 1e-9))
        axes.set_xlabel("seconds")
        axes.set_title(
            f"{recording_heading(recording)}\n{place(recording.environment)}",
            fontsize="medium",
            loc="left",
        )
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        metadata = {"Date": None} if path.suffix == ".svg" else None
        figure.savefig(path, metadata=metadata, dpi=150)


def _name_stalls(axes: object, recording: Recording) -> None:
    """Write the line over the longest stalls that have one, where there is room for it."""
    candidates = [stall for stall in recording.stalls if stall.stacks]
    candidates.sort(key=lambda stall: -stall.hold.seconds)
    named: list[Hold] = []
    for stall in candidates:
        is_crowded = any(
            hold.thread == stall.hold.thread
            and abs(hold.start_seconds - stall.hold.start_seconds) < _ROOM * recording.seconds
            for hold in named
        )
        if is_crowded or len(named) == _MOST_NAMED:
            continue
        named.append(stall.hold)
        frame = max(stall.stacks, key=lambda stack: stack.seconds).frames[0]
        axes.text(  # type: ignore[attr-defined]
            stall.hold.start_seconds,
            stall.hold.thread - 0.4,
            f"{Path(frame.file).name}:{frame.line}",
            fontsize="x-small",
            clip_on=True,
        )
