"""A report as a piece of HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from gilext.core.report import Cell, Column, Report, Table, printable


def html(report: Report) -> str:
    """Return a report as HTML that stands by itself; all text in it is escaped."""
    return f"<div>{''.join(_pieces(report))}</div>"


def _pieces(report: Report) -> Iterator[str]:
    head = [f"<b>{_safe(report.title)}</b>"] if report.title else []
    head += [_safe(report.place)] if report.place else []
    if head:
        yield f"<p>{'<br>'.join(head)}</p>"
    for part in report.body:
        if part:
            yield f"<p>{_safe(part)}</p>" if isinstance(part, str) else _table(part)
    for note in report.notes:
        yield f'<p style="opacity:0.7">{_safe(note)}</p>'


def _table(table: Table) -> str:
    head = "".join(f"<th{_aligned(one)}>{_safe(one.title)}</th>" for one in table.columns)
    body = "".join(
        f"<tr{_weight(number in table.strong)}>{''.join(map(_cell, table.columns, row))}</tr>"
        for number, row in enumerate(table.rows)
    )
    return (
        (f"<p><b>{_safe(table.title)}</b></p>" if table.title else "")
        + "<table>"
        + ("" if table.is_list else f"<thead><tr>{head}</tr></thead>")
        + f"<tbody>{body}</tbody></table>"
        + (f"<p>{_safe(table.rest)}</p>" if table.rest else "")
    )


def _cell(column: Column, cell: Cell) -> str:
    if column.is_bar and isinstance(cell, int | float):
        return (
            '<td style="text-align:left;width:12em"><div style="background:#4477aa;height:0.8em;'
            f'width:{100 * min(max(cell, 0), 1):.0f}%"></div></td>'
        )
    return f"<td{_aligned(column)}>{escape(column.text(cell))}</td>"


def _aligned(column: Column) -> str:
    return f' style="text-align:{"left" if column.is_text else "right"}"'


def _weight(is_strong: bool) -> str:
    return ' style="font-weight:bold"' if is_strong else ""


def _safe(text: str) -> str:
    return escape(printable(text))
