"""The table of processes of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gilext.recording.process_rows import (
    HOW_IT_ENDED,
    held_part_of,
    longest_stall_ms,
    longest_stop_ms,
    stake_in,
    waited_in,
)
from gilext.recording.processes import process_of
from gilext.recording.results import Recording
from gilext.render.page.tables import Column, Row, Table, known

MAX_PROCESSES = 1000


@dataclass(frozen=True, slots=True)
class ProcessWords:
    """A process: its place among all, its number and name, and how it ended if that matters."""

    number: int
    name: str
    state: str


def processes_table(recordings: Sequence[Recording]) -> Table:
    """Return what happened in each process, those in which the most was waited first."""
    columns = (
        Column("lasted s", "%.2f"),
        Column("held", "%.1f %%", 100),
        Column("waited s"),
        Column("longest stall ms", "%.1f"),
        Column("stops", "%d"),
        Column("longest stop ms", "%.1f"),
    )
    numbered = sorted(enumerate(recordings), key=lambda item: stake_in(item[1]), reverse=True)
    rows = tuple(
        Row(
            _words(number, one),
            (
                one.seconds,
                held_part_of(one),
                waited_in(one),
                longest_stall_ms(one),
                one.pauses_seen,
                longest_stop_ms(one),
            ),
        )
        for number, one in numbered[:MAX_PROCESSES]
    )
    left_out = len(recordings) - len(rows)
    return known(
        Table("process", columns, rows, f"… and {left_out:,} more processes" if left_out else "")
    )


def _words(number: int, recording: Recording) -> ProcessWords:
    process = process_of(recording)
    said = (HOW_IT_ENDED.get(process.end, ""), recording.incomplete_reason or "")
    return ProcessWords(number, f"{process.pid} {process.name()}", ": ".join(filter(None, said)))
