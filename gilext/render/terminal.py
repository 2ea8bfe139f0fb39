"""A report on a terminal: as wide as that is, in bold and dim, in characters that it has."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TextIO

from rich.console import Console
from rich.text import Text

from gilext.core.layout import WIDTH, Line, lines
from gilext.core.results import Result

STYLES = {"strong": "bold", "dim": "dim", "good": "bold green", "bad": "bold red", "": ""}
_ASCII = str.maketrans({"±": "+-", "µ": "u", "…": "...", "─": "-"})


def show(result: Result, stream: TextIO) -> None:
    """Write a result to a stream: styled on a terminal, as plain text elsewhere."""
    show_lines(lines(result.report(), width_of(stream)), stream)


def show_lines(shown: Iterable[Line], stream: TextIO) -> None:
    """Write lines to a stream, likewise."""
    console = Console(file=stream, width=width_of(stream), force_jupyter=False, highlight=False)
    for line in shown:
        text = encodable(line.text, stream.encoding)
        console.print(Text(text, STYLES[line.style]), soft_wrap=True)


def width_of(stream: TextIO) -> int:
    """Return how many columns a stream has: ``COLUMNS``, or the terminal's, or 80."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or WIDTH
    except (OSError, ValueError):  # no terminal, or no file at all
        return WIDTH


def encodable(text: str, encoding: str | None) -> str:
    """Return a text in characters that an encoding has: ``+-`` for ``±`` in ASCII."""
    encoding = encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        plain = text.translate(_ASCII)
        return plain.encode(encoding, "backslashreplace").decode(encoding)
    return text
