"""What the difference of two GIL tables says: verdicts, times, and what isn't known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gilext.auditing.tables.gil_report import FAILED, in_figures, size_column
from gilext.core.environment import environment_line
from gilext.core.report import Cell, Column, Report, Table, counted
from gilext.core.units import in_words

if TYPE_CHECKING:
    from gilext.auditing.tables.table_diff import RowChange, TableDiff
    from gilext.recording.changes import Change

_CHANGED = ("worse", "better")


def diff_report(diff: TableDiff) -> Report:
    """Return the verdicts that changed, the times that did, and what isn't known."""
    body: list[Table | str] = []
    if changed := [row for row in diff.rows if row.verdict in _CHANGED]:
        body.append(_verdicts(changed))
    if diff.unknown:
        body.append(_unknown(diff.unknown))
    if times := [cells for row in diff.rows for cells in _times(row)]:
        body.append(_times_table(diff.rows, times))
    for what, names in (("added", diff.added), ("gone", diff.gone)):
        if names:
            body.append(Table((Column(what, is_text=True),), tuple((name,) for name in names)))
    return Report(
        title=_title(diff),
        place=environment_line(diff.environment),
        body=tuple(body),
        notes=diff.notes,
    )


def _title(diff: TableDiff) -> str:
    if not diff.rows:
        return "nothing can be compared: no function and size is in both"
    found = Counter(row.verdict for row in diff.rows)
    said = [f"{verdict}: {found[verdict]}" for verdict in (*_CHANGED, "same") if found[verdict]]
    if found[None]:
        said.append(f"unknown: {found[None]}")
    return f"of the verdicts of {counted(len(diff.rows), 'row')}, {', '.join(said)}"


def _verdicts(rows: Sequence[RowChange]) -> Table:
    columns = (
        Column("function", is_text=True),
        size_column(rows),
        Column("before", is_text=True),
        Column("after", is_text=True),
        Column("held before", ".1%"),
        Column("after", ".1%"),
        Column(is_text=True),
    )
    ordered = sorted(rows, key=lambda row: _CHANGED.index(str(row.verdict)))
    cells = (
        (
            row.function,
            in_figures(row.size),
            row.before or FAILED,
            row.after or FAILED,
            row.kept_fraction.before,
            row.kept_fraction.after,
            f"{row.verdict}: {row.reason}" if row.reason else row.verdict,
        )
        for row in ordered
    )
    return Table(
        columns,
        tuple(cells),
        strong=frozenset(place for place, row in enumerate(ordered) if row.verdict == "worse"),
    )


def _unknown(rows: Sequence[RowChange]) -> Table:
    columns = (Column("not judged", is_text=True), size_column(rows), Column("why", is_text=True))
    return Table(columns, tuple((row.function, in_figures(row.size), row.reason) for row in rows))


def _times(row: RowChange) -> Iterator[tuple[Cell, ...]]:
    """Yield what changed beyond its error."""
    figures: tuple[tuple[str, Change], ...] = (
        ("per call", row.kept_seconds),
        ("longest", row.longest_hold_seconds),
    )
    for name, change in figures:
        if change.verdict in _CHANGED:
            values = (change.before, change.after, change.error)
            words = (None if one is None else in_words(one) for one in values)
            yield (row.function, in_figures(row.size), name, *words, change.verdict)


def _times_table(rows: Sequence[RowChange], times: Sequence[tuple[Cell, ...]]) -> Table:
    columns = (
        Column("held", is_text=True),
        size_column(rows),
        Column(is_text=True),
        Column("before"),
        Column("after"),
        Column("±"),
        Column(is_text=True),
    )
    return Table(columns, tuple(times))
