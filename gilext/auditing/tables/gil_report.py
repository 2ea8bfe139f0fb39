"""What the GIL table of a library says: a row for each function and size, and what isn't known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gilext.auditing.tables.gil_rows import BUSY_FRACTION, GilRow
from gilext.checking.terms import terms_of
from gilext.core.environment import environment_line, gil_notes
from gilext.core.report import Cell, Column, Report, Table, counted
from gilext.core.units import in_words

if TYPE_CHECKING:
    from gilext.auditing.tables.gil_table import GilTable
    from gilext.auditing.tables.table_diff import RowChange

FAILED = "can't be checked"


class _Figure(NamedTuple):
    """A column, whose title may have a place for a word of `_titles`, and what stands in it."""

    column: Column
    cell: Callable[[GilRow], Cell]


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else in_words(seconds)


def _fraction(row: GilRow) -> str | None:
    fraction, error = row.kept
    return None if fraction is None or error is None else f"{fraction:.1%} ± {error:.1%}"


def _kept_per_call(row: GilRow) -> str | None:
    if row.kept_seconds == 0.0 and row.kept_seconds_error:
        return f"under {in_words(row.kept_seconds_error)}"  # no sample saw it
    return _time(row.kept_seconds or None)


FIGURES = {
    "verdict": _Figure(Column("verdict", is_text=True), lambda row: row.verdict or FAILED),
    "held": _Figure(Column("{kept}"), _fraction),
    "per-call": _Figure(Column("{kept} per call"), _kept_per_call),
    "longest": _Figure(Column("{longest}"), lambda row: _time(row.longest_hold_seconds)),
    "wait": _Figure(Column("others wait"), lambda row: _time(row.wait_seconds)),
    "call": _Figure(Column("a call"), lambda row: _time(row.call_seconds)),
    "calls": _Figure(Column("calls", ","), lambda row: row.calls),
}
SHOWN = ("verdict", "held", "per-call", "longest")


def table_report(table: GilTable) -> Report:
    """Return a row for each function and size, and why some have no verdict."""
    body: list[Table | str] = []
    if any(row.verdict for row in table.rows):
        body.append(figures_table([row for row in table.rows if row.verdict]))
    if unknown := [row for row in table.rows if not row.is_judged]:
        body.append(_reasons(unknown))
    return Report(
        title=_title(table),
        place=f"{environment_line(table.environment)}, {table.date}",
        body=tuple(body),
        notes=tuple(notes_of(table)),
    )


def in_figures(size: str) -> str:
    """Return a size as it is read: ``1,000,000``."""
    return f"{int(size):,}" if size.isdecimal() else size


def size_column(rows: Sequence[GilRow] | Sequence[RowChange]) -> Column:
    """Return the column of their sizes: figures, unless one has other parameters too."""
    return Column("size", is_text=any("=" in row.size for row in rows))


def figures_table(rows: Sequence[GilRow], figures: Sequence[str] = SHOWN) -> Table:
    """Return a table with a row for each of some functions and sizes.

    Parameters
    ----------
    rows : sequence of GilRow
        The rows.
    figures : sequence of str
        What stands after function and size: keys of `FIGURES`.
    """
    titles = _titles({row.gil_enabled for row in rows} - {None})
    keep = {row.terms.keeping for row in rows}
    chosen = [FIGURES[key] for key in figures]
    return Table(
        (
            Column("function", is_text=True),
            size_column(rows),
            *(replace(one.column, title=one.column.title.format(**titles)) for one in chosen),
        ),
        tuple(
            (row.function, in_figures(row.size), *(one.cell(row) for one in chosen)) for row in rows
        ),
        strong=frozenset(place for place, row in enumerate(rows) if row.verdict in keep),
    )


def _titles(have_gil: Collection[bool | None]) -> dict[str, str]:
    """Return what the titles call it: to hold the GIL, to be attached, or either."""
    if len(have_gil) > 1:
        return {"kept": "held or attached", "longest": "longest seen"}
    terms = terms_of(False not in have_gil)
    return {"kept": terms.kept, "longest": terms.longest_kept}


def _reasons(rows: Sequence[GilRow]) -> Table:
    columns = (
        Column("without a verdict", is_text=True),
        size_column(rows),
        Column("why", is_text=True),
    )
    return Table(columns, tuple((row.function, in_figures(row.size), row.why) for row in rows))


def _title(table: GilTable) -> str:
    what = ", ".join(map(str, table.packages)) or counted(
        len({row.function for row in table.rows}), "function"
    )
    found = Counter(row.verdict or FAILED for row in table.rows)
    said = ", ".join(f"{verdict} {count}" for verdict, count in found.most_common())
    return f"{what}; of {counted(len(table.rows), 'row')}: {said}"


def notes_of(table: GilTable) -> Iterator[str]:
    """Yield what one has to know to read a table, a sentence each."""
    yield from gil_notes(table.environment.gil_modules)
    busy = [one for row in table.rows if (one := row.no_core_fraction) and one > BUSY_FRACTION]
    if busy:
        yield (
            f"The machine was busy: in {counted(len(busy), 'row')}, a call had no core for up to "
            f"{max(busy):.0%} of its time. That makes holds longer; the other figures are without it."
        )
