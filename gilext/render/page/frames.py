"""The frames of the stacks that the page shows."""

from __future__ import annotations

from collections.abc import Sequence

from gilext.core.report import printable
from gilext.recording.culprits import place_of
from gilext.recording.results import Frame

_MAX_FRAMES = 12


class Frames:
    """The frames of all stacks, each written out once."""

    def __init__(self) -> None:
        self._numbers: dict[Frame, int] = {}

    def numbers_of(self, stack: Sequence[Frame]) -> list[int]:
        """Return the numbers of the innermost frames of a stack."""
        return [
            self._numbers.setdefault(frame, len(self._numbers)) for frame in stack[:_MAX_FRAMES]
        ]

    @property
    def names(self) -> list[str]:
        """The frames in words, by their numbers."""
        return [str(place_of(frame)) for frame in self._numbers]


def name_of(frame: Frame) -> str:
    """Return a frame as a word that fits on a bar."""
    file = frame.file.rpartition("/")[2]
    return printable(f"{file}:{frame.line}" if frame.line else frame.function)
