"""A recording as a picture: threads as lanes, holds and stops as bars. Needs matplotlib."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from gilext.core.layout import plain_text
from gilext.core.report import Report, printable
from gilext.recording.holds import Hold
from gilext.recording.processes import process_of, span_of, starts_of
from gilext.recording.results import Recording, ThreadTime
from gilext.recording.thread_rows import stake, told_apart
from gilext.recording.world_report import had_gil, sees_world
from gilext.render.activity import ran_in_words, waited_and_released
from gilext.render.lane_lines import name_lines
from gilext.render.lane_stops import draw_stops, meanings_of_stops
from gilext.render.palette import HELD, LANE, MISSING, RELEASED, STALLED, WAITED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_LANES = 40
_COLUMNS = 2000
_BAR = 0.45
_HEADING = 0.8  # of a lane, for the name of a process
_TITLE_WIDTH = 105


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


def most_at_stake(threads: Sequence[ThreadTime], count: int) -> list[int]:
    """Return which threads held and waited the longest, in their own order."""
    by_stake = sorted(range(len(threads)), key=lambda index: -stake(threads[index]))
    return sorted(by_stake[:count])


@dataclass(frozen=True, slots=True)
class _Group:
    """The lanes of one process: where each of its threads has one, and when it began.

    If there is one for its stops of the world, it lies above the others.
    """

    recording: Recording
    start: float
    lanes: dict[int, float]
    top: float
    has_heading: bool
    world: float | None

    @property
    def bottom(self) -> float:
        """The lower end of the group."""
        return max(self.lanes.values(), default=self.world or 0.0) + 0.5


def save(recording: Recording, path: Path) -> None:
    """Draw a recording into a ``.png`` or ``.svg`` file; the same recording gives the same bytes.

    It has a lane for each of the 40 threads that held and waited the longest, below the names of
    their processes if there are several.

    Raises
    ------
    ImportError
        When matplotlib is missing.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    groups = _groups_of(recording)
    bottom = groups[-1].bottom if groups else 0.5
    with rc_context({"svg.hashsalt": "gilext", "svg.fonttype": "none"}), _without_font_warnings():
        figure = Figure(figsize=(9, 1.8 + 0.45 * max(bottom + 0.5, 1)), layout="constrained")
        axes = figure.subplots()
        for group in groups:
            _draw_ground(axes, group)
            _draw_bars(axes, group)
            if group.world is not None:
                draw_stops(axes, group.recording, group.start, group.world, group.lanes)
            _draw_activity(axes, group)
            name_lines(axes, group.recording, group.start, group.lanes)
        _name_lanes(axes, groups)
        axes.set_ylim(bottom + 0.1, -0.9)
        axes.set_xlim(0, max(span_of(recording.processes()), 1e-9))
        axes.set_xlabel("; ".join(["seconds", *_left_out(recording, groups)]))
        report = recording.report()
        heading = plain_text(Report(report.title, report.place), _TITLE_WIDTH)
        figure.suptitle(heading, x=0.01, horizontalalignment="left", parse_math=False, fontsize=10)
        _explain_colours(figure, groups)
        axes.spines[["top", "right", "left"]].set_visible(False)
        metadata = {"Date": None} if path.suffix.lower() == ".svg" else None
        figure.savefig(path, metadata=metadata, dpi=150)


def _groups_of(recording: Recording) -> list[_Group]:
    """Return the processes whose threads have lanes, one below the other."""
    recordings = recording.processes()
    threads = [(place, thread) for place, one in enumerate(recordings) for thread in one.by_thread]
    shown: dict[int, list[int]] = defaultdict(list)
    firsts = list(accumulate((len(one.by_thread) for one in recordings), initial=0))
    for number in most_at_stake([thread for _, thread in threads], MAX_LANES):
        place = threads[number][0]
        shown[place].append(number - firsts[place])
    starts = starts_of(recordings)
    groups: list[_Group] = []
    top = -0.5
    for place, of_process in shown.items():
        has_heading = bool(recording.children)
        first = top + 0.5 + (_HEADING if has_heading else 0.0)
        world = first if sees_world(recordings[place]) else None
        first += 0 if world is None else 1
        lanes = {thread: first + lane for lane, thread in enumerate(of_process)}
        groups.append(_Group(recordings[place], starts[place], lanes, top, has_heading, world))
        top = groups[-1].bottom
    return groups


def _left_out(recording: Recording, groups: Sequence[_Group]) -> Iterator[str]:
    recordings = recording.processes()
    threads = sum(len(one.by_thread) for one in recordings)
    threads -= sum(len(group.lanes) for group in groups)
    if threads:
        yield f"{threads:,} more threads aren't shown"
    if recording.children and len(groups) < len(recordings):
        yield f"{len(recordings) - len(groups):,} processes have none that is"


def _name_lanes(axes: Axes, groups: Sequence[_Group]) -> None:
    names: dict[float, str] = {}
    for group in groups:
        threads = told_apart(group.recording.by_thread)
        if group.world is not None:
            names[group.world] = "stops of the world"
        names |= {lane: printable(threads[thread].name) for thread, lane in group.lanes.items()}
        if group.has_heading:
            axes.text(
                0,
                group.top + 0.4,
                printable(process_of(group.recording).label()),
                weight="bold",
                verticalalignment="center",
                transform=axes.get_yaxis_transform(),
                parse_math=False,
            )
    axes.set_yticks(list(names), list(names.values()), parse_math=False)


def _without_font_warnings() -> warnings.catch_warnings[None]:
    """Draw a name in a script that the font lacks as boxes, and don't warn of it."""
    return warnings.catch_warnings(action="ignore", category=UserWarning)


def _draw_ground(axes: Axes, group: _Group) -> None:
    """Draw how long a process was recorded, if others are, and from when on detail is missing."""
    recording = group.recording
    if group.has_heading:
        world = [] if group.world is None else [group.world]
        for lane in (*world, *group.lanes.values()):
            span = (group.start, recording.seconds)
            axes.broken_barh([span], (lane - 0.4, 0.8), facecolors=LANE.day, linewidth=0, zorder=0)
    if (complete := recording.holds_truncated_at_seconds) is not None:
        span = (group.start + complete, recording.seconds - complete)
        height = (group.top, group.bottom - group.top)
        axes.broken_barh([span], height, facecolors=MISSING.day, linewidth=0, zorder=0)


def _draw_bars(axes: Axes, group: _Group) -> None:
    recording = group.recording
    held = bars_by_thread(recording.holds, recording.seconds)
    stalled = bars_by_thread((stall.hold for stall in recording.stalls), recording.seconds)
    for bars_of, colour in ((held, HELD.day), (stalled, STALLED.day)):
        for thread, lane in group.lanes.items():
            bars = [(group.start + start, length) for start, length in bars_of.get(thread, [])]
            axes.broken_barh(bars, (lane - 0.35, _BAR), facecolors=colour, linewidth=0)


def _draw_activity(axes: Axes, group: _Group) -> None:
    """Draw below the holds what was waited, and what ran released, the more the stronger."""
    width = group.recording.activity.bucket_seconds
    for thread, bucket, waited, released in waited_and_released(group.recording):
        if thread not in group.lanes:
            continue
        for seconds, colour, below in ((waited, WAITED.day, 0.14), (released, RELEASED.day, 0.26)):
            if seconds > 0:
                axes.broken_barh(
                    [(group.start + bucket * width, width)],
                    (group.lanes[thread] + below, 0.1),
                    facecolors=colour,
                    alpha=min(1.0, 0.18 + 0.82 * seconds / width),
                    linewidth=0,
                )


def _explain_colours(figure: Figure, groups: Sequence[_Group]) -> None:
    from matplotlib.patches import Patch

    def patches(meanings: dict[str, str]) -> list[Patch]:
        return [Patch(color=colour, label=meaning) for meaning, colour in meanings.items()]

    recordings = [group.recording for group in groups]
    is_held = not recordings or any(map(had_gil, recordings))
    handles = patches({"held": HELD.day, "stall": STALLED.day}) if is_held else []
    if any(map(sees_world, recordings)):
        handles += meanings_of_stops()
    if any(one.activity.rows for one in recordings):
        handles += patches({"waited": WAITED.day}) if is_held else []
        handles += patches({ran_in_words(recordings[0]): RELEASED.day})
    if any(one.holds_truncated_at_seconds is not None for one in recordings):
        handles += patches({"no detail": MISSING.day})
    figure.legend(
        handles=handles,
        loc="outside lower right",
        ncols=len(handles),
        fontsize="small",
        frameon=False,
    )
