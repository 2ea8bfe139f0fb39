"""Which Python lines held the GIL, added up from the stacks that were taken."""

from __future__ import annotations

import os
import re
import sysconfig
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

from gilext.recording.parts import Frame, HeldStack, kept_seconds
from gilext.recording.source import source_line

COLLECTOR = "<GC>"
WATCHING = f"{Path(__file__).parent}{os.sep}"  # where what watches the program lies
INSTALLED = re.compile(r".*/(?:site-packages|dist-packages|lib/python3\.\d+t?)/")
_MAX_FILES = 4096  # whose kind is kept: programs may make files without end
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Caller:
    """A line from which another was reached.

    Attributes
    ----------
    frame : Frame
        The innermost line further out that is the program's own.
    held_seconds : float
        For how much of the held time; without a GIL, of the time in which threads were attached.
    """

    frame: Frame
    held_seconds: float


@dataclass(frozen=True, slots=True)
class LineTime:
    """All the time for which one Python line held the GIL.

    Attributes
    ----------
    frame : Frame
        The line.
    expression, callable : str or None
        What it evaluated for most of that time, and the C function that it called; None if
        unknown.
    source : str or None
        The text of the line; None if unknown.
    held_seconds : float
        How long it held the GIL.
    caused_wait_seconds : float or None
        For how many thread-seconds others waited while it did; None if unknown.
    holds : int
        In how many holds it was seen.
    longest_seconds : float
        The longest of these holds.
    callers : tuple of Caller
        The program's own lines from which it was reached, the most costly first.
    victims : tuple of (int, float)
        The threads that waited because of it, as far as they were named, and for how many
        seconds, the longest first.
    attached_seconds : float or None
        For how many thread-seconds threads were attached on it while there was no GIL; None if
        there was one all the time.
    """

    frame: Frame
    expression: str | None
    callable: str | None
    source: str | None
    held_seconds: float
    caused_wait_seconds: float | None
    holds: int
    longest_seconds: float
    callers: tuple[Caller, ...]
    victims: tuple[tuple[int, float], ...]
    attached_seconds: float | None = None


@cache
def _folders_of_others() -> tuple[str, ...]:
    """Return where nothing is the program's own: what is installed, and what watches it."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    installed = {path for name in names if (path := sysconfig.get_path(name))}
    return (*(f"{path}{os.sep}" for path in installed), WATCHING)


def is_own(frame: Frame) -> bool:
    """Return whether a frame is the program's own: not installed, nor what watches it."""
    return not is_shim(frame) and _is_own_file(frame.file)


@lru_cache(_MAX_FILES)
def _is_own_file(file: str) -> bool:
    return not (
        file.startswith(("<frozen ", COLLECTOR, "<truncated>", *_folders_of_others()))
        or INSTALLED.match(file)
    )


def is_shim(frame: Frame) -> bool:
    """Return whether it is what the interpreter puts between a class and its ``__init__``.

    That is since 3.13; it has code, but neither a file nor lines.
    """
    return (frame.file, frame.line) == ("__init__", 0)


def own_index(frames: Sequence[Frame]) -> int:
    """Return which frame is the innermost that is the program's own, or else the innermost.

    A run of the garbage collector is nobody's: it comes wherever an object is made. A generator
    expression is a part of the line that it stands on, if that runs it.
    """
    if frames[0].file == COLLECTOR:
        return 0
    found = next((index for index, frame in enumerate(frames) if is_own(frame)), 0)
    while found + 1 < len(frames) and same_line(frames[found], frames[found + 1]):
        found += 1
    return found


def same_line(one: Frame, another: Frame) -> bool:
    """Return whether two frames are at one line of a file, though perhaps in two functions."""
    return (one.file, one.line) == (another.file, another.line)


def own_frame(frames: Sequence[Frame]) -> Frame:
    """Return the innermost frame that is the program's own, or else the innermost."""
    return frames[own_index(frames)]


def _line(frame: Frame, stacks: Sequence[HeldStack]) -> LineTime:
    costs: dict[tuple[str | None, str | None], float] = defaultdict(float)
    callers: dict[Frame, float] = defaultdict(float)
    victims: dict[int, float] = defaultdict(float)
    for stack in stacks:
        seconds = kept_seconds(stack)
        costs[_evaluated(frame, stack)] += seconds
        outer = stack.frames[stack.frames.index(frame) + 1 :]
        if (caller := next(filter(is_own, outer), None)) is not None:
            callers[caller] += seconds
        for thread, waited in stack.victims:
            victims[thread] += waited
    expression, called = max(costs, key=lambda found: costs[found])
    waits = [one.caused_wait_seconds for one in stacks if one.caused_wait_seconds is not None]
    attached = [one.attached_seconds for one in stacks if one.attached_seconds is not None]
    return LineTime(
        frame=frame,
        expression=expression,
        callable=called,
        source=source_line(frame.file, frame.line),
        held_seconds=sum(stack.held_seconds for stack in stacks),
        caused_wait_seconds=sum(waits) if waits else None,
        holds=sum(stack.holds for stack in stacks),
        longest_seconds=max(stack.longest_seconds for stack in stacks),
        callers=tuple(Caller(*item) for item in _most_first(callers)),
        victims=tuple(_most_first(victims)),
        attached_seconds=sum(attached) if attached else None,
    )


def _evaluated(frame: Frame, stack: HeldStack) -> tuple[str | None, str | None]:
    """Return the expression of one of a stack's frames, and the C function that it called."""
    if stack.frames[0] == frame:
        return stack.expression, stack.callable
    return stack.own_expression, None


def _most_first(seconds: Mapping[_Key, float]) -> list[tuple[_Key, float]]:
    return sorted(seconds.items(), key=lambda item: -item[1])


def lines_of(stacks: Iterable[HeldStack], own: bool = False) -> tuple[LineTime, ...]:
    """Return the lines that held, as `Recording.lines` does."""
    by_frame: dict[Frame, list[HeldStack]] = defaultdict(list)
    for stack in stacks:
        by_frame[own_frame(stack.frames) if own else stack.frames[0]].append(stack)
    lines = [_line(frame, found) for frame, found in by_frame.items()]
    return tuple(sorted(lines, key=cost_of, reverse=True))


def cost_of(line: LineTime) -> tuple[float, float]:
    """Return what a line cost: what others waited because of it counts before what it held.

    Without a GIL, the time in which it was attached stands for what it held.
    """
    return line.caused_wait_seconds or 0.0, kept_seconds(line)
