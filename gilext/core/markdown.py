"""A report as Markdown, with tables as GitHub has them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gilext.core.report import Cell, Column, Report, Table, printable

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#])")


def markdown(report: Report) -> str:
    """Return a report as Markdown, with a newline at the end; all text in it is escaped."""
    return "\n\n".join(_blocks(report)) + "\n"


def _blocks(report: Report) -> Iterator[str]:
    if report.title:
        yield f"**{_safe(report.title)}**"
    if report.place:
        yield _safe(report.place)
    for part in report.body:
        if part:
            yield _safe(part) if isinstance(part, str) else "\n\n".join(_table(part))
    for note in report.notes:
        yield f"*{_safe(note)}*"


def _table(table: Table) -> Iterator[str]:
    if table.title:
        yield f"**{_safe(table.title)}**"
    drawn = [place for place, column in enumerate(table.columns) if not column.is_bar]
    columns = [table.columns[place] for place in drawn]
    lines = [
        _line(_safe(column.title) for column in columns),
        _line(":--" if column.is_text else "--:" for column in columns),
    ]
    for row in table.rows:
        cells = [_cell(column, row[place]) for column, place in zip(columns, drawn, strict=True)]
        lines.append(_line(cells))
    yield "\n".join(lines)
    if table.rest:
        yield _safe(table.rest)


def _cell(column: Column, cell: Cell) -> str:
    return _safe(column.text(cell))


def _line(cells: Iterator[str] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _safe(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", printable(text))
