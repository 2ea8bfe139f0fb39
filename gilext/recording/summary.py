"""The tables and phrases that recordings, snapshots and readings share."""

from __future__ import annotations

from collections.abc import Sequence

from gilext.core.report import Column, Table, counted, share
from gilext.recording.parts import StallLine, ThreadTime

MAX_THREADS = 15
MAX_LINES = 10


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
