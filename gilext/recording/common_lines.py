"""The program's own lines of several processes, each with what it cost in all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gilext.recording.culprits import Culprit, culprits_of
from gilext.recording.lines import cost_of
from gilext.recording.parts import Frame
from gilext.recording.processes import process_of
from gilext.recording.thread_rows import sum_of_known

if TYPE_CHECKING:
    from gilext.recording.results import Recording

_Key = tuple[Frame, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CommonLine:
    """A line that held in one process or in several.

    Attributes
    ----------
    culprit : Culprit
        The line, with its cost in all of them, and the words of the one in which it cost the most.
        It has no victims: each process numbers its own threads.
    pids : tuple of int
        The processes, first the one in which it cost the most.
    """

    culprit: Culprit
    pids: tuple[int, ...]

    def processes(self) -> str:
        """Return in which processes it held, in a few words."""
        first, *others = self.pids
        return f"{first} and {len(others):,} more" if others else str(first)


def common_lines(recordings: Sequence[Recording]) -> tuple[CommonLine, ...]:
    """Return the lines that held in several processes, the most costly to others first.

    A line without a file, as ``python -c`` has, is the same only in processes of one command.
    """
    found: dict[_Key, list[tuple[Culprit, int]]] = defaultdict(list)
    for recording in recordings:
        process = process_of(recording)
        for culprit in culprits_of(recording.stacks):
            frame = culprit.line.frame
            command = process.command if frame.file.startswith("<") else ()
            found[frame, command].append((culprit, process.pid))
    lines = map(_common_line, found.values())
    return tuple(sorted(lines, key=lambda one: cost_of(one.culprit.line), reverse=True))


def _common_line(parts: list[tuple[Culprit, int]]) -> CommonLine:
    parts.sort(key=lambda part: cost_of(part[0].line), reverse=True)
    lines = [culprit.line for culprit, _ in parts]
    whole = replace(
        lines[0],
        held_seconds=sum(line.held_seconds for line in lines),
        caused_wait_seconds=sum_of_known([line.caused_wait_seconds for line in lines]),
        attached_seconds=sum_of_known([line.attached_seconds for line in lines]),
        holds=sum(line.holds for line in lines),
        longest_seconds=max(line.longest_seconds for line in lines),
        callers=lines[0].callers if len(lines) == 1 else (),
        victims=(),
    )
    return CommonLine(replace(parts[0][0], line=whole), tuple(pid for _, pid in parts))
