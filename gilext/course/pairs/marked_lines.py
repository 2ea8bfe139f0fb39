"""The few lines of a source that matter: the functions that bear a mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class MarkedLine:
    """A line of a source.

    Attributes
    ----------
    number : int
        Its number, from 1.
    text : str
        What stands there.
    is_marked : bool
        Whether it is the one to look at.
    """

    number: int
    text: str
    is_marked: bool


def marked_lines(source: Path, side: str) -> tuple[MarkedLine, ...]:
    """Return the functions of a source in which a comment says ``the mistake:`` or ``the repair:``.

    Between two functions that don't follow each other stands an empty line.
    """
    lines = source.read_text(encoding="utf-8").splitlines()
    found: list[MarkedLine] = []
    for start, end in _blocks(lines):
        block = tuple(
            MarkedLine(number + 1, lines[number], _is_marked(lines, number, f"the {side}:"))
            for number in range(start, end)
        )
        if any(line.is_marked for line in block):
            if found:
                found.append(MarkedLine(block[0].number - 1, "", is_marked=False))
            found += block
    return tuple(found)


def _is_marked(lines: Sequence[str], number: int, mark: str) -> bool:
    """Return whether a line bears a mark, or is the one below a comment that does."""
    above = lines[number - 1].lstrip() if number else ""
    return mark in lines[number] or (mark in above and above.startswith(("/*", "#")))


def _blocks(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return where the parts of a source start and end: functions, tables, groups of lines.

    A part starts after an empty line, at the left margin.
    """
    starts = [
        number
        for number, line in enumerate(lines)
        if line and not line[0].isspace() and (number == 0 or not lines[number - 1])
    ]
    ends = [*starts[1:], len(lines)]
    return [
        (start, _without_empty(lines, start, end)) for start, end in zip(starts, ends, strict=True)
    ]


def _without_empty(lines: Sequence[str], start: int, end: int) -> int:
    while end > start and not lines[end - 1]:
        end -= 1
    return end
