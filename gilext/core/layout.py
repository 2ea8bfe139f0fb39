"""A report as plain text: its sentences wrapped, its tables in columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from textwrap import TextWrapper
from typing import NamedTuple
from unicodedata import combining, east_asian_width

from gilext.core.report import Cell, Column, Place, Report, Table, printable

WIDTH = 80
_GAP = 2
_INDENT = 2
_MIN_FOLDED = 12
_PHRASE = re.compile(r"\S+(?: \w{1,3}(?!\S))*")
_NUMBER = re.compile(r"\d[\d.,]*%?")


class Line(NamedTuple):
    """A line, and how it should look if that can be shown.

    The style is ``"strong"``, ``"dim"``, ``"good"``, ``"bad"`` or, for a plain line, empty.
    """

    text: str
    style: str = ""


class _Folder(TextWrapper):
    """Breaks lines at spaces, words that are too long after a slash, and never a number."""

    def __init__(self, width: int, indent: str = "") -> None:
        super().__init__(width, subsequent_indent=indent, break_on_hyphens=False)

    def _handle_long_word(
        self, reversed_chunks: list[str], cur_line: list[str], cur_len: int, width: int
    ) -> None:
        word = reversed_chunks.pop()
        end = _end_of_part(word, max(width - cur_len, 1), must_begin=not cur_line)
        if end > 0:
            cur_line.append(word[:end])
        if end < len(word):
            reversed_chunks.append(word[end:])


def _end_of_part(word: str, room: int, must_begin: bool) -> int:
    """Return how much of a word that is too long stands on one line: 0 for nothing."""
    if slash := word.rfind("/", 0, room) + 1:
        return slash
    for number in _NUMBER.finditer(word):
        if number.start() < room < number.end():
            return number.end() if must_begin and number.start() == 0 else number.start()
    return room


def plain_text(report: Report, width: int = WIDTH) -> str:
    """Return a report as text, without a newline at the end."""
    return "\n".join(line.text for line in lines(report, width))


def lines(report: Report, width: int = WIDTH) -> list[Line]:
    """Return a report line by line.

    Sentences are wrapped. A table that is too wide has its titles folded, its paths shortened and
    its words folded, never its figures; if it is too wide even so, each row becomes a list.
    """
    laid_out = [Line(text, "strong") for text in _wrapped(report.title, width)]
    laid_out += [Line(text) for text in _wrapped(report.place, width)]
    for part in report.body:
        if isinstance(part, str):
            laid_out += [Line(text) for text in _wrapped(part, width)] or _blank_after(laid_out)
        else:
            laid_out += _set_apart(_table_lines(part, width), part.is_list, laid_out)
    for note in report.notes:
        laid_out += [Line(text, "dim") for text in _wrapped(note, width)]
    while laid_out and not laid_out[-1].text:
        laid_out.pop()
    return laid_out


def _wrapped(text: str, width: int) -> list[str]:
    return _Folder(max(width, 1)).wrap(printable(text))


def _set_apart(table: Iterator[Line], is_list: bool, above: list[Line]) -> list[Line]:
    return list(table) if is_list else [*_blank_after(above), *table, Line("")]


def _blank_after(above: list[Line]) -> list[Line]:
    """Return an empty line, unless there is one or nothing above."""
    return [Line("")] if above and above[-1].text else []


def _table_lines(table: Table, width: int) -> Iterator[Line]:
    for text in _wrapped(table.title, width):
        yield Line(text, "strong")
    drawn = [place for place, column in enumerate(table.columns) if not column.is_bar]
    columns = [table.columns[place] for place in drawn]
    rows = [[row[place] for place in drawn] for row in table.rows]
    widths = _fitted(columns, rows, width)
    if not table.is_list and _row_width(widths) > width:
        yield from _list_lines(columns, rows, table.strong, width)
    else:
        yield from _grid_lines(columns, rows, table.strong, widths)
    for text in _wrapped(table.rest, width):
        yield Line(text, "dim")


def _grid_lines(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    strong: frozenset[int],
    widths: Sequence[int],
) -> Iterator[Line]:
    if any(column.title for column in columns):
        titles = [
            _folded(column.title, width) for column, width in zip(columns, widths, strict=True)
        ]
        height = max(map(len, titles))
        yield from _joined(
            [[""] * (height - len(one)) + one for one in titles], columns, widths, ""
        )
        yield Line((" " * _GAP).join("─" * width for width in widths))
    for number, row in enumerate(rows):
        cells = [_cell_lines(*of_cell) for of_cell in zip(columns, row, widths, strict=True)]
        yield from _joined(cells, columns, widths, "strong" if number in strong else "")


def _list_lines(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    strong: frozenset[int],
    width: int,
) -> Iterator[Line]:
    """Return each row as its words, and below them a line for each figure."""
    figures = [place for place, column in enumerate(columns) if not column.is_text]
    room = max((_display_width(columns[place].title) for place in figures), default=0)
    for number, row in enumerate(rows):
        style = "strong" if number in strong else ""
        for column, cell in zip(columns, row, strict=True):
            if column.is_text:
                yield from (Line(text, style) for text in _cell_lines(column, cell, width))
        texts = {place: columns[place].text(row[place]) for place in figures}
        end = max(map(len, texts.values()), default=0)
        for place, text in texts.items():
            if text:
                title = _justified(columns[place].title, room, is_text=True)
                yield Line(f"  {title}{' ' * _GAP}{text:>{end}}", style)


def _fitted(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], width: int) -> list[int]:
    """Return how wide each column is, once titles and words are folded as far as they have to."""
    least = [
        max((_display_width(column.text(row[place])) for row in rows), default=0)
        for place, column in enumerate(columns)
    ]
    whole = [max(*both) for both in zip(least, map(_title_width, columns), strict=True)]
    if _row_width(whole) <= width:
        return whole
    for widest in (_widest_phrase, _widest_word):
        widths = [
            max(of_cells, widest(column.title))
            for of_cells, column in zip(least, columns, strict=True)
        ]
        _take(widths, columns, _row_width(widths) - width)
        if _row_width(widths) <= width:
            break
    for place, of_title in enumerate(whole):
        if _row_width(widths) - widths[place] + of_title <= width:
            widths[place] = max(widths[place], of_title)
    return widths


def _take(widths: list[int], columns: Sequence[Column], excess: int) -> None:
    """Take from the columns of words, from the widest first, what the table is too wide by."""
    for place in sorted(range(len(widths)), key=lambda place: -widths[place]):
        if columns[place].is_text and excess > 0:
            taken = min(excess, max(0, widths[place] - _MIN_FOLDED))
            widths[place] -= taken
            excess -= taken


def _row_width(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _title_width(column: Column) -> int:
    return _display_width(column.title)


def _widest_phrase(title: str) -> int:
    """Return how wide a title's widest word is, with the short words, such as units, after it."""
    return max(map(_display_width, _PHRASE.findall(title)), default=0)


def _widest_word(title: str) -> int:
    return max(map(_display_width, title.split()), default=0)


def _cell_lines(column: Column, cell: Cell, width: int) -> list[str]:
    text = cell.shortened(width) if isinstance(cell, Place) else column.text(cell)
    return _folded(text, width, " " * (len(text) - len(text.lstrip()) + _INDENT))


def _folded(text: str, width: int, indent: str = "") -> list[str]:
    taken = _display_width(text)
    if taken <= width:
        return [text]
    return _Folder(width if taken <= len(text) else max(width // 2, 1), indent).wrap(text) or [""]


def _joined(
    cells: Sequence[Sequence[str]], columns: Sequence[Column], widths: Sequence[int], style: str
) -> Iterator[Line]:
    for number in range(max(map(len, cells))):
        parts = [
            _justified(cell[number] if number < len(cell) else "", width, column.is_text)
            for cell, width, column in zip(cells, widths, columns, strict=True)
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
