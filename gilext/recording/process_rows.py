"""Processes as the rows of a table: few one by one, many by what they run."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gilext.core.report import Cell, Column, Table
from gilext.recording.processes import process_of
from gilext.recording.thread_rows import sum_of_known
from gilext.recording.world_report import had_gil

if TYPE_CHECKING:
    from gilext.recording.results import Recording

MAX_PROCESSES = 15
_MAX_ALONE = 8
HOW_IT_ENDED = {"ended": "", "running": "still runs", "killed": "killed"}


def process_table(recordings: Sequence[Recording]) -> Table:
    """Return what happened in each process, those in which the most was waited first.

    Without a GIL, what waits is a stop of the world.

    Up to 15 processes have a row each. Of more, the first one has its own, and the eight in which
    the most was waited; the rest share one with those that run the same, but for numbers, and
    ended in the same way. Shares of several processes can't be added up, so such a row has the
    greatest figure of each kind.
    """
    rows = _rows(recordings)
    rows.sort(key=lambda row: max(map(stake_in, row)), reverse=True)
    shown, rest = rows[:MAX_PROCESSES], rows[MAX_PROCESSES:]
    columns: list[tuple[Column, list[Cell]]] = [
        (Column("pid"), [_number(row) for row in shown]),
        (Column("process", is_text=True), [_name(row) for row in shown]),
        (Column("lasted s", ".2f"), [_most([one.seconds for one in row]) for row in shown]),
        (Column("held", ".1%"), [_most([held_part_of(one) for one in row]) for row in shown]),
        (Column("waited s", ".3f"), [_most(list(map(waited_in, row))) for row in shown]),
        (
            Column("longest stall ms", ".1f"),
            [_most(list(map(longest_stall_ms, row))) for row in shown],
        ),
        (Column("stops", ".0f"), [_most([one.pauses_seen for one in row]) for row in shown]),
        (
            Column("longest stop ms", ".1f"),
            [_most(list(map(longest_stop_ms, row))) for row in shown],
        ),
        (Column("end", is_text=True), [_end(row) for row in shown]),
    ]
    known = [column for column in columns if any(cell not in (None, "") for cell in column[1])]
    return Table(
        tuple(column for column, _ in known),
        tuple(zip(*(cells for _, cells in known), strict=True)),
        rest=_left_out([one for row in rest for one in row]),
    )


def processes_counted(count: int, kind: str = "") -> str:
    """Return a number of processes in words."""
    return f"{count:,} {kind}process{'' if count == 1 else 'es'}"


def _rows(recordings: Sequence[Recording]) -> list[list[Recording]]:
    if len(recordings) <= MAX_PROCESSES:
        return [[one] for one in recordings]
    first, *others = recordings
    others.sort(key=stake_in, reverse=True)
    groups: dict[tuple[str, str], list[Recording]] = defaultdict(list)
    for recording in others[_MAX_ALONE:]:
        process = process_of(recording)
        groups[_without_numbers(process.name()), process.end].append(recording)
    return [[first], *([one] for one in others[:_MAX_ALONE]), *groups.values()]


def _without_numbers(name: str) -> str:
    return re.sub(r"\d+", "#", name)


def stake_in(recording: Recording) -> tuple[float, float]:
    """Return how long threads or stops of the world waited in a process, and what was held."""
    stopping = sum(pause.stopping_seconds for pause in recording.pauses)
    return (waited_in(recording) or 0.0) + stopping, held_part_of(recording) or 0.0


def held_part_of(recording: Recording) -> float | None:
    """Return the held fraction of a process; None if it has no GIL."""
    return recording.held_fraction if had_gil(recording) else None


def waited_in(recording: Recording) -> float | None:
    """Return how long threads waited for the GIL; None if unknown, or if there was none."""
    return recording.wait_seconds if had_gil(recording) else None


def longest_stop_ms(recording: Recording) -> float | None:
    """Return the longest stop of the world; None if two samples saw none."""
    return max((pause.seconds * 1e3 for pause in recording.pauses), default=0.0) or None


def longest_stall_ms(recording: Recording) -> float | None:
    """Return the longest stall; None if none was looked for, or none can be seen."""
    if (
        recording.stall_threshold_seconds is None
        or recording.stalls_unavailable_reason is not None
        or not had_gil(recording)
    ):
        return None
    return max((stall.hold.seconds * 1e3 for stall in recording.stalls), default=0.0)


def _number(row: Sequence[Recording]) -> Cell:
    return process_of(row[0]).pid if len(row) == 1 else f"{len(row):,} more"


def _name(row: Sequence[Recording]) -> str:
    first, *others = dict.fromkeys(process_of(one).name() for one in row)
    name = _without_numbers(first) if others else first
    return name if len(row) == 1 else f"{name}: at most"


def _end(row: Sequence[Recording]) -> str:
    return HOW_IT_ENDED.get(process_of(row[0]).end, "")


def _most(figures: Sequence[float | None]) -> float | None:
    return max((figure for figure in figures if figure is not None), default=None)


def _left_out(recordings: Sequence[Recording]) -> str:
    if not recordings:
        return ""
    said = f"… and {processes_counted(len(recordings), 'more ')}"
    waited = sum_of_known(list(map(waited_in, recordings)))
    return said if waited is None else f"{said}: waited {waited:.3f} s"
