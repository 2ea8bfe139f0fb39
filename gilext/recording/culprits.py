"""The program's own lines because of which others waited, and what ran inside of each."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from gilext.core.report import Place
from gilext.recording.lines import COLLECTOR, INSTALLED, LineTime, lines_of, own_frame, same_line
from gilext.recording.parts import Frame, HeldStack, kept_seconds

_MAX_CODE = 60
_MAX_CALLERS = 5


@dataclass(frozen=True, slots=True)
class Culprit:
    """A line of the program's own that held, and what held inside of it for most of the time.

    Attributes
    ----------
    line : LineTime
        The line, with all that ran inside of it.
    inner : Frame or None
        The innermost line, if it is another one.
    callable : str or None
        The C function that was called there; None if unknown.
    """

    line: LineTime
    inner: Frame | None
    callable: str | None

    def place(self) -> Place:
        """Return the line with what stands there."""
        return place_of(self.line.frame, self.line.expression or self.line.source)

    def detail(self) -> Place | None:
        """Return what ran inside of it; None if the line says all that is known."""
        inner, callers = self.inner, self.line.callers
        if self.line.frame.file == COLLECTOR and callers:
            caller = callers[0].frame
            return Place(short_file(caller.file), caller.line, caller.function, "  mostly from ")
        called = f"calling {self.callable}" if self.callable and not self._names_it() else ""
        if inner is None:
            return Place("", 0, called, "  ") if called else None
        what = ", ".join(filter(None, (inner.function, called)))
        return Place(short_file(inner.file), inner.line, what, "  in ")

    def callers(self) -> list[tuple[Place, float]]:
        """Return the program's own lines from which it was reached, and what that held."""
        return [(place_of(one.frame), one.held_seconds) for one in self.line.callers[:_MAX_CALLERS]]

    def _names_it(self) -> bool:
        """Return whether the text of the line has the name of the C function already."""
        name = (self.callable or "").rpartition(".")[2]
        return self.inner is None and name in (self.line.expression or self.line.source or "")


def culprits_of(stacks: Sequence[HeldStack]) -> tuple[Culprit, ...]:
    """Return the program's own lines, the most costly to others first."""
    inner: dict[Frame, dict[tuple[Frame, str | None], float]] = defaultdict(
        lambda: defaultdict(float)
    )
    for stack in stacks:
        costs = inner[own_frame(stack.frames)]
        costs[stack.frames[0], stack.callable] += kept_seconds(stack)
    found = []
    for line in lines_of(stacks, own=True):
        costs = inner[line.frame]
        frame, called = max(costs, key=lambda key: costs[key])
        found.append(Culprit(line, None if same_line(frame, line.frame) else frame, called))
    return tuple(found)


def own_place(frames: Sequence[Frame], expression: str | None = None) -> Place:
    """Return the program's own line of a stack, given what its innermost frame was evaluating."""
    frame = own_frame(frames)
    return place_of(frame, expression if frame == frames[0] else None)


def place_of(frame: Frame, code: str | None = None) -> Place:
    """Return a line as a cell: with its text, if that is known, or else its function."""
    if frame.file == COLLECTOR:
        return Place("the garbage collector,", 0, frame.function)
    return Place(short_file(frame.file), frame.line, _shortened(code or frame.function))


def short_file(file: str) -> str:
    """Return a path without the folders that every file of its kind is in.

    Those are the interpreter's own, and the folder in which the program runs, if it still exists.
    """
    with suppress(FileNotFoundError):
        file = file.removeprefix(os.path.join(os.getcwd(), ""))
    return INSTALLED.sub("", file)


def _shortened(code: str) -> str:
    """Return at most 60 characters of code, on one line, and no part of a number."""
    code = " ".join(code.split())
    if len(code) <= _MAX_CODE:
        return code
    return re.sub(r"[\d.,]*$", "", code[: _MAX_CODE - 1]) + "…"
