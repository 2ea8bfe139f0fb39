"""The source text of what a frame was evaluating."""

from __future__ import annotations

import ast
import linecache
import os
import stat
from functools import cache
from textwrap import dedent
from typing import NamedTuple

MAX_LENGTH = 80


class Place(NamedTuple):
    """Where in its source a frame was, as PEP 657 has it: columns are bytes of UTF-8."""

    file: str
    line: int
    end_line: int
    column: int
    end_column: int


def source_line(file: str, line: int) -> str | None:
    """Return the text of a line; None if it can't be read."""
    lines = _lines_of(file)
    return lines[line - 1].strip() or None if 0 < line <= len(lines) else None


def _lines_of(file: str) -> list[str]:
    """Return what `linecache` has of a file.

    That is nothing of "<string>", which may be any, and of a name that no file can have: a program
    may give its code one with a null, on which Python 3.11 raises.
    """
    return [] if file == "<string>" or "\0" in file else linecache.getlines(file)


@cache
def expression_at(place: Place, until: float | None = None) -> str | None:
    """Return the source text there, on one line and not too long.

    None if it can't be read, or isn't an expression or a statement: the file may have changed
    since the code was made. None too if it was changed after `until`, a time of day.
    """
    text = None if until is not None and _is_changed(place.file, until) else _text_at(place)
    if text is None or not text.strip():
        return None
    try:
        tree = _parsed(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    return _shortened(" ".join(line.strip() for line in text.splitlines()), tree)


@cache
def _is_changed(file: str, until: float) -> bool:
    try:
        found = os.stat(file)
    except (OSError, ValueError):
        return True
    return not stat.S_ISREG(found.st_mode) or found.st_mtime > until


def _text_at(place: Place) -> str | None:
    if not 0 < place.line <= place.end_line:
        return None
    lines = [line.encode() for line in _lines_of(place.file)]
    if place.end_line > len(lines):
        return None
    chosen = lines[place.line - 1 : place.end_line]
    chosen[-1] = chosen[-1][: place.end_column]
    chosen[0] = b" " * place.column + chosen[0][place.column :]
    try:
        return dedent(b"".join(chosen).decode())
    except UnicodeDecodeError:
        return None


def _parsed(text: str) -> ast.AST:
    try:
        return ast.parse(f"({text.strip()}\n)", mode="eval").body
    except SyntaxError:
        return ast.parse(text)


def _shortened(text: str, tree: ast.AST) -> str:
    if len(text) <= MAX_LENGTH:
        return text
    if isinstance(tree, ast.Call):
        called = f"{ast.unparse(tree.func)}(…)"
        if len(called) <= MAX_LENGTH:
            return called
    return f"{text[: MAX_LENGTH - 1]}…"
