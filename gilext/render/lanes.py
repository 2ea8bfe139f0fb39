"""A recording as a picture: threads as lanes, holds as bars. Needs matplotlib."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gilext.core.report import printable
from gilext.recording.holds import Hold
from gilext.recording.results import Recording, ThreadTime

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_LANES = 40
_COLUMNS = 2000
_MAX_NAMED = 5
_ROOM = 0.15  # of the width, for a name
_HELD, _STALLED, _MISSING = "#4477aa", "#ee6677", "#dddddd"


def bars_by_thread(holds: Iterable[Hold], seconds: float) -> dict[int, list[tuple[float, float]]]:
    """Return the spans, start and length, that each thread's holds fill in 2000 columns.

    Holds that lie in neighbouring columns become one bar: a picture can't show more, and a file
    with each of a hundred thousand would be large.
    """
    column = max(seconds, 1e-9) / _COLUMNS
    filled: dict[int, list[tuple[int, int]]] = {}
    for hold in holds:
        first = int(hold.start_seconds / column)
        last = int((hold.start_seconds + hold.seconds) / column)
        bars = filled.setdefault(hold.thread, [])
        if bars and first <= bars[-1][1] + 1:
            bars[-1] = (bars[-1][0], max(last, bars[-1][1]))
        else:
            bars.append((first, last))
    return {
        thread: [(first * column, (last - first + 1) * column) for first, last in bars]
        for thread, bars in filled.items()
    }


def longest_holders(threads: Sequence[ThreadTime], count: int) -> list[int]:
    """Return which threads held the longest, in their own order."""
    by_held = sorted(range(len(threads)), key=lambda index: -threads[index].held_seconds)
    return sorted(by_held[:count])


def save(recording: Recording, path: Path) -> None:
    """Draw a recording into a ``.png`` or ``.svg`` file; the same recording gives the same bytes.

    It has a lane for each of the 40 threads that held the longest.

    Raises
    ------
    ImportError
        When matplotlib is missing.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    shown = longest_holders(recording.by_thread, MAX_LANES)
    lanes = {thread: lane for lane, thread in enumerate(shown)}
    with rc_context({"svg.hashsalt": "gilext", "svg.fonttype": "none"}), _without_font_warnings():
        figure = Figure(figsize=(9, 1.8 + 0.45 * max(len(lanes), 1)), layout="constrained")
        axes = figure.subplots()
        _draw_bars(axes, recording, lanes)
        _name_stalls(axes, recording, lanes)
        names = [printable(recording.by_thread[thread].name) for thread in shown]
        axes.set_yticks(range(len(lanes)), names, parse_math=False)
        axes.set_ylim(max(len(lanes), 1) - 0.4, -0.9)
        axes.set_xlim(0, max(recording.seconds, 1e-9))
        left_out = len(recording.by_thread) - len(lanes)
        axes.set_xlabel(
            f"seconds; {left_out:,} more threads aren't shown" if left_out else "seconds"
        )
        report = recording.report()
        axes.set_title(f"{report.title}\n{report.place}", fontsize="medium", loc="left")
        _explain_colours(axes, recording)
        axes.spines[["top", "right", "left"]].set_visible(False)
        metadata = {"Date": None} if path.suffix.lower() == ".svg" else None
        figure.savefig(path, metadata=metadata, dpi=150)


def _without_font_warnings() -> warnings.catch_warnings[None]:
    """Draw a name in a script that the font lacks as boxes, and don't warn of it."""
    return warnings.catch_warnings(action="ignore", category=UserWarning)


def _draw_bars(axes: Axes, recording: Recording, lanes: dict[int, int]) -> None:
    held = bars_by_thread(recording.holds, recording.seconds)
    stalled = bars_by_thread((stall.hold for stall in recording.stalls), recording.seconds)
    for bars_of, colour in ((held, _HELD), (stalled, _STALLED)):
        for thread, lane in lanes.items():
            bars = bars_of.get(thread, [])
            axes.broken_barh(bars, (lane - 0.35, 0.7), facecolors=colour, linewidth=0)
    if recording.holds_truncated_at_seconds is not None:
        span = (recording.holds_truncated_at_seconds, recording.seconds)
        axes.axvspan(*span, color=_MISSING, zorder=0)


def _explain_colours(axes: Axes, recording: Recording) -> None:
    from matplotlib.patches import Patch

    meanings = {"held": _HELD, "stall": _STALLED}
    if recording.holds_truncated_at_seconds is not None:
        meanings["no detail"] = _MISSING
    axes.legend(
        handles=[Patch(color=colour, label=meaning) for meaning, colour in meanings.items()],
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=len(meanings),
        fontsize="small",
        frameon=False,
    )


def _name_stalls(axes: Axes, recording: Recording, lanes: dict[int, int]) -> None:
    """Write the line over the longest stalls that have one, if there is room for it."""
    candidates = [
        stall for stall in recording.stalls if stall.stacks and stall.hold.thread in lanes
    ]
    candidates.sort(key=lambda stall: -stall.hold.seconds)
    room = _ROOM * recording.seconds
    named: list[Hold] = []
    for stall in candidates:
        start, lane = stall.hold.start_seconds, lanes[stall.hold.thread]
        is_crowded = any(
            hold.thread == stall.hold.thread and abs(hold.start_seconds - start) < room
            for hold in named
        )
        if is_crowded or len(named) == _MAX_NAMED:
            continue
        named.append(stall.hold)
        frame = max(stall.stacks, key=lambda stack: stack.seconds).frames[0]
        is_last = start > recording.seconds - room
        axes.text(
            recording.seconds if is_last else start,
            lane - 0.4,
            printable(f"{Path(frame.file).name}:{frame.line}"),
            horizontalalignment="right" if is_last else "left",
            fontsize="x-small",
            parse_math=False,
        )
