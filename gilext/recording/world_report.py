"""What a recording says of the time in which there was no GIL: who stopped the world, and who for.

A stop of the world waits for each thread that is attached: that is the hold of such a build.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gilext.core.report import Cell, Column, Place, Table, counted
from gilext.recording.culprits import place_of
from gilext.recording.lines import COLLECTOR, own_frame
from gilext.recording.source import source_line
from gilext.recording.thread_rows import told_apart

if TYPE_CHECKING:
    from gilext.recording.parts import Frame, ThreadTime
    from gilext.recording.pauses import Pause, WaitedFor
    from gilext.recording.results import Recording

_MAX_PAUSES = 10
_MAX_WAITED_FOR = 3


def sees_world(recording: Recording) -> bool:
    """Return whether there was a time without a GIL, in which stops of the world can be seen."""
    return recording.pauses_seen is not None


def had_gil(recording: Recording) -> bool:
    """Return whether there was a GIL, all the time or for a part of it."""
    if sees_world(recording):
        return recording.held_fraction is not None
    return recording.environment.gil_enabled


def stops_line(recording: Recording) -> str:
    """Return how often and how long the world was stopped, and who kept it waiting, in one line."""
    if not recording.pauses:
        return f"no stop of the world was seen in {recording.seconds:.3f} s"
    longest = max(recording.pauses, key=lambda pause: pause.seconds)
    if longest.seconds == 0:
        times = _times(recording.pauses_seen or 0)
        span = f"{recording.seconds:.3f} s"
        return f"the world was stopped {times} in {span}, for less than two samples at a time"
    return f"{_stops(recording)}; the longest took {longest.seconds * 1e3:.1f} ms{_because(longest, recording)}"


def _stops(recording: Recording) -> str:
    seen = recording.pauses_seen or 0
    all_seconds = sum(pause.seconds for pause in recording.pauses)
    least = "at least " if seen > len(recording.pauses) else ""
    return f"the world was stopped {_times(seen)} in {recording.seconds:.3f} s, for {least}{all_seconds:.3f} s"


def _because(pause: Pause, recording: Recording) -> str:
    """Return whom a stop waited for, or else who asked for it, as the end of a sentence."""
    names = told_apart(recording.by_thread)
    if pause.waited_for and pause.waited_for[0].seconds > 0:
        first = pause.waited_for[0]
        return f", of which it waited {first.seconds * 1e3:.1f} ms for {_who(first, names)}"
    if pause.frames:
        return f", asked for by {_asker(pause, names)} at {stop_place(pause.frames)}"
    return ""


def _who(waited: WaitedFor, names: Sequence[ThreadTime]) -> str:
    where = f" at {stop_place(waited.frames)}" if waited.frames else ""
    return f"{names[waited.thread].name}{where}"


def _asker(pause: Pause, names: Sequence[ThreadTime]) -> str:
    return "an unknown thread" if pause.asker is None else names[pause.asker].name


def stop_place(frames: Sequence[Frame], lead: str = "") -> Place:
    """Return the program's own line of a stack, below the collector that it may have begun."""
    found = own_frame(frames[1:] or frames) if _is_collector(frames) else own_frame(frames)
    place = place_of(found, source_line(found.file, found.line))
    return Place(place.file, place.line, place.what, lead)


def _is_collector(frames: Sequence[Frame]) -> bool:
    return frames[0].file == COLLECTOR


def attached_line(recording: Recording) -> str:
    """Return how many threads were attached on average, in one line."""
    without = recording.without_gil_seconds or 0.0
    attached = sum(thread.attached_seconds or 0.0 for thread in recording.by_thread)
    if not without:
        return ""
    return f"{attached / without:.2f} threads were attached on average while there was no GIL"


def pause_table(recording: Recording) -> Table:
    """Return the longest stops of the world, with the line that asked and those that it waited for."""
    names = told_apart(recording.by_thread)
    longest = sorted(recording.pauses, key=lambda pause: -pause.seconds)
    shown = longest[:_MAX_PAUSES]
    rows: list[tuple[Cell, ...]] = []
    for pause in shown:
        rows.append(
            (
                f"{_asker(pause, names)}{', ' if pause.reason else ''}{pause.reason or ''}",
                pause.start_seconds,
                *(part and part * 1e3 for part in seen_parts(pause)),
            )
        )
        rows += [(detail, "", "", "") for detail in _details(pause, names)]
    left_out = (recording.pauses_seen or 0) - len(shown)
    return Table(
        (
            Column("stop of the world, asked for by", is_text=True),
            Column("at s", ".3f"),
            Column("stopping ms", ".2f"),
            Column("standing still ms", ".2f"),
        ),
        tuple(rows),
        rest=f"… and {counted(left_out, 'shorter one')}" if left_out > 0 else "",
    )


def seen_parts(pause: Pause) -> tuple[float | None, float | None]:
    """Return how long the world was stopping and stood still; None for what one sample saw, or none."""
    return pause.stopping_seconds or None, pause.stopped_seconds or None


def _details(pause: Pause, names: Sequence[ThreadTime]) -> Iterator[Cell]:
    if pause.frames:
        yield stop_place(pause.frames, "  at ")
    waited_for = [one for one in pause.waited_for if one.seconds > 0]
    shown = waited_for[:_MAX_WAITED_FOR]
    for waited in shown:
        lead = f"  waited {waited.seconds * 1e3:.1f} ms for {names[waited.thread].name}"
        yield stop_place(waited.frames, f"{lead} at ") if waited.frames else lead
    if left_out := len(waited_for) - len(shown):
        yield f"  and for {counted(left_out, 'other thread')}, not as long"


def world_caveats(recording: Recording) -> Iterator[str]:
    """Return what one has to know of a time without a GIL to read it, a sentence each."""
    if not sees_world(recording):
        return
    if had_gil(recording):
        yield (
            f"There was no GIL for {recording.without_gil_seconds:.3f} of {recording.seconds:.3f} s: "
            "what was attached, and stops of the world, are of that time, and what was held and "
            "waited is of the rest."
        )
    collected = (
        ""
        if recording.collections is None
        else f" The garbage collector ran {_times(recording.collections)}."
    )
    yield (
        f"Of stops of the world that are shorter than the time between two samples, "
        f"{recording.interval_seconds * 1e3:g} ms or more, most are missed.{collected}"
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
