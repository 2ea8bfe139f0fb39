"""A report as plain text: its sentences wrapped, its tables in columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from textwrap import TextWrapper
from typing import NamedTuple
from unicodedata import combining, east_asian_width

from gilext.core.report import Report, Table, printable

WIDTH = 80
_GAP = 2
_MIN_FOLDED = 16


class Line(NamedTuple):
    """A line, and how it should look if that can be shown: ``"strong"``, ``"dim"`` or plain."""

    text: str
    style: str = ""


class _Folder(TextWrapper):
    """Breaks lines at spaces, and after the slashes of a path."""

    wordsep_simple_re = re.compile(r"(\s+|(?<=/))")

    def __init__(self, width: int) -> None:
        super().__init__(width, break_on_hyphens=False)


def plain_text(report: Report, width: int = WIDTH) -> str:
    """Return a report as text, without a newline at the end."""
    return "\n".join(line.text for line in lines(report, width))


def lines(report: Report, width: int = WIDTH) -> list[Line]:
    """Return a report line by line.

    Sentences are wrapped. A table that is too wide has its words folded, never its figures; what
    is too wide even so is left to stand out.
    """
    laid_out = [Line(text, "strong") for text in _wrapped(report.title, width)]
    laid_out += [Line(text) for text in _wrapped(report.place, width)]
    for part in report.body:
        if isinstance(part, str):
            laid_out += [Line(text) for text in _wrapped(part, width)]
        else:
            laid_out += _set_apart(_table_lines(part, width), part.is_list, bool(laid_out))
    for note in report.notes:
        laid_out += [Line(text, "dim") for text in _wrapped(note, width)]
    while laid_out and not laid_out[-1].text:
        laid_out.pop()
    return laid_out


def _wrapped(text: str, width: int) -> list[str]:
    return _Folder(max(width, 1)).wrap(printable(text))


def _set_apart(table: Iterator[Line], is_list: bool, has_more_above: bool) -> list[Line]:
    if is_list:
        return list(table)
    return [*([Line("")] if has_more_above else []), *table, Line("")]


def _table_lines(table: Table, width: int) -> Iterator[Line]:
    drawn = [place for place, column in enumerate(table.columns) if not column.is_bar]
    titles = [table.columns[place].title for place in drawn]
    rows = [[table.columns[place].text(row[place]) for place in drawn] for row in table.rows]
    is_text = [table.columns[place].is_text for place in drawn]
    widths = _fitted(
        [max(map(_display_width, column)) for column in zip(titles, *rows, strict=True)],
        is_text,
        width,
    )
    for text in _wrapped(table.title, width):
        yield Line(text, "strong")
    if not table.is_list:
        yield from _row_lines(titles, widths, is_text, "")
        yield Line((" " * _GAP).join("─" * width for width in widths))
    for number, row in enumerate(rows):
        style = "strong" if number in table.strong else ""
        yield from _row_lines(row, widths, is_text, style)
    if table.rest:
        yield Line(printable(table.rest), "dim")


def _fitted(widths: list[int], is_text: Sequence[bool], width: int) -> list[int]:
    """Take from the columns of words, from the widest first, what the table is too wide by."""
    excess = sum(widths) + _GAP * (len(widths) - 1) - width
    for place in sorted(range(len(widths)), key=lambda place: -widths[place]):
        if is_text[place] and excess > 0:
            taken = min(excess, max(0, widths[place] - _MIN_FOLDED))
            widths[place] -= taken
            excess -= taken
    return widths


def _row_lines(
    cells: Sequence[str], widths: Sequence[int], is_text: Sequence[bool], style: str
) -> Iterator[Line]:
    folded = [
        _Folder(width).wrap(cell) or [""] if _display_width(cell) > width else [cell]
        for cell, width in zip(cells, widths, strict=True)
    ]
    for number in range(max(map(len, folded))):
        parts = [
            _justified(cell[number] if number < len(cell) else "", width, words)
            for cell, width, words in zip(folded, widths, is_text, strict=True)
        ]
        yield Line((" " * _GAP).join(parts).rstrip(), style)


def _justified(text: str, width: int, is_text: bool) -> str:
    space = " " * (width - _display_width(text))
    return text + space if is_text else space + text


def _display_width(text: str) -> int:
    """Return how many columns of a terminal a text takes: wide characters take two."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in text)
