"""What recordings, snapshots and readings say in words and tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gilext.core.environment import environment_line, unknown_cores
from gilext.core.report import Column, Report, Table, counted, share

if TYPE_CHECKING:
    from gilext.recording.results import Recording, StallLine, ThreadTime

MAX_THREADS = 15
MAX_LINES = 10
_NOTABLE_SECONDS = 0.005


def recording_report(recording: Recording) -> Report:
    """Return the threads, the stalls and their lines."""
    threads = recording.by_thread
    body: list[Table | str] = [thread_table(threads, recording.seconds)] if threads else []
    if recording.stall_threshold_seconds is not None:
        body.append(stalls_summary(recording))
    if lines := recording.stall_lines():
        body.append(line_table(lines))
    return Report(
        title=held_line(recording),
        place=environment_line(recording.environment),
        body=tuple(body),
        notes=caveats(recording),
    )


def held_line(recording: Recording) -> str:
    """Return what a recording found, in one line."""
    if not recording.environment.gil_enabled:
        return f"no GIL: nothing was held in {recording.seconds:.3f} s"
    held = held_part(recording.held_fraction, recording.held_error)
    return f"the GIL was held for {held} of {recording.seconds:.3f} s"


def held_part(fraction: float | None, error: float | None) -> str:
    """Return a held fraction and its error in words."""
    if fraction is None or error is None:
        return "an unknown part"
    return f"{fraction:.1%} ± {error:.1%}"


def thread_table(threads: Sequence[ThreadTime], seconds: float) -> Table:
    """Return what each thread held, the longest holders first."""
    columns = (
        Column("thread", is_text=True),
        Column("held s", ".3f"),
        Column("of the time", ".1%"),
        Column("holds"),
        Column("longest ms", ".2f"),
    )
    ordered = sorted(threads, key=lambda thread: -thread.held_seconds)
    rows = tuple(
        (
            thread.name,
            thread.held_seconds,
            share(thread.held_seconds, seconds),
            thread.holds,
            thread.longest_seconds * 1e3,
        )
        for thread in ordered[:MAX_THREADS]
    )
    rest = ordered[MAX_THREADS:]
    return Table(columns, rows, rest=rest_line("thread", [one.held_seconds for one in rest]))


def line_table(lines: Sequence[StallLine]) -> Table:
    """Return the lines that ran in stalls, the most costly first."""
    columns = (
        Column("line that held", is_text=True),
        Column("stalls"),
        Column("total ms", ".1f"),
        Column("worst ms", ".1f"),
    )
    rows = tuple(
        (
            f"{line.frame.file}:{line.frame.line} {line.frame.function}",
            line.stalls,
            line.seconds * 1e3,
            line.worst_seconds * 1e3,
        )
        for line in lines[:MAX_LINES]
    )
    rest = lines[MAX_LINES:]
    return Table(columns, rows, rest=rest_line("line", [one.seconds for one in rest]))


def rest_line(kind: str, seconds: Sequence[float]) -> str:
    """Return how many rows a table leaves out, and what they add up to."""
    if not seconds:
        return ""
    return f"… and {counted(len(seconds), f'more {kind}')}, {sum(seconds):.1f} s"


def stalls_summary(recording: Recording) -> str:
    """Return how many stalls there were, in one line."""
    if recording.stall_threshold_seconds is None:
        return "stalls were not looked for"
    if recording.stalls_unavailable_reason is not None:
        return f"stalls can't be seen: {recording.stalls_unavailable_reason}"
    threshold = f"(waits of {recording.stall_threshold_seconds * 1e3:g} ms or more)"
    if not recording.stalls:
        return f"no stalls {threshold}"
    stalled = sum(stall.hold.seconds for stall in recording.stalls)
    return f"{counted(len(recording.stalls), 'stall')} {threshold}, {stalled:.3f} s in all"


def caveats(recording: Recording) -> tuple[str, ...]:
    """Return what one has to know of a recording to read it, a sentence each."""
    notes = []
    longest = recording.longest[0] if recording.longest else None
    if longest is not None and longest.seconds >= _NOTABLE_SECONDS and not longest.requested:
        notes.append(
            f"Nobody requested the GIL in the longest hold, {longest.seconds * 1e3:.1f} ms: that is "
            "an upper bound, as it may have been released between two samples."
        )
    if recording.stalls and recording.lines_unavailable_reason is not None:
        notes.append(f"Without the lines of the stalls: {recording.lines_unavailable_reason}.")
    if recording.throttled_seconds > 0:
        notes.append(
            f"For {recording.throttled_seconds:.1f} s all cores were busy, and gilext took fewer "
            "samples."
        )
    if recording.holds_truncated_at_seconds is not None:
        notes.append(f"Holds one by one only up to {recording.holds_truncated_at_seconds:.1f} s.")
    if recording.stalls_truncated_at_seconds is not None:
        notes.append(f"Stalls only up to {recording.stalls_truncated_at_seconds:.1f} s.")
    return (*notes, *unknown_cores(recording.environment))
