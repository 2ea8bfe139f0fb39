"""How far a learner has come: a small file in the learner's folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from gilext.core.whole_files import replacing
from gilext.course.learning.exercise import Exercise, all_exercises

FILE = "progress.json"
_FORMAT = 1


class DamagedProgress(ValueError):
    """The file isn't one that gilext wrote; says how to go on."""


@dataclass(slots=True)
class Progress:
    """How far a learner has come.

    Attributes
    ----------
    current : str
        The exercise that `gilext learn` begins with, by its name.
    fast : bool
        Whether only the exercises of the fast track are gone through.
    solved : dict
        The days on which exercises were solved, by their names.
    given_up : list of str
        The exercises whose solution was looked at before that.
    hints : dict
        How many hints were read, by the exercises' names.
    """

    current: str = ""
    fast: bool = False
    solved: dict[str, str] = field(default_factory=dict)
    given_up: list[str] = field(default_factory=list)
    hints: dict[str, int] = field(default_factory=dict)

    @property
    def track(self) -> tuple[Exercise, ...]:
        """The exercises that are gone through."""
        return tuple(one for one in all_exercises() if one.fast_track or not self.fast)

    @property
    def solved_count(self) -> int:
        """How many of these are solved."""
        return sum(one.name in self.solved for one in self.track)

    def begin_with(self) -> Exercise | None:
        """Return the exercise to do now; None if all are solved."""
        later = [one for one in self.track if one.name >= self.current]
        return self._first_open([*later, *self.track])

    def next_after(self, exercise: Exercise) -> Exercise | None:
        """Return the next exercise that isn't solved, also one that was skipped; None at the end."""
        later = [one for one in self.track if one.name > exercise.name]
        return self._first_open([*later, *self.track])

    def note_solved(self, exercise: Exercise) -> None:
        """Note that an exercise is solved, today unless it was before."""
        self.solved.setdefault(exercise.name, date.today().isoformat())

    def note_given_up(self, exercise: Exercise) -> None:
        """Note that the solution was looked at."""
        if exercise.name not in (*self.given_up, *self.solved):
            self.given_up.append(exercise.name)

    def _first_open(self, exercises: list[Exercise]) -> Exercise | None:
        return next((one for one in exercises if one.name not in self.solved), None)


def read_progress(folder: Path) -> Progress:
    """Return what the folder's file says, or that nothing has been done if there is none.

    Raises
    ------
    DamagedProgress
        If it can't be made sense of.
    """
    try:
        content = (folder / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return Progress()
    except UnicodeDecodeError:
        raise _damaged(folder, "it is no text") from None
    try:
        found = json.loads(content)
    except ValueError as error:
        raise _damaged(folder, str(error)) from None
    if not isinstance(found, dict) or found.pop("format", None) != _FORMAT:
        raise _damaged(folder, f"its format isn't {_FORMAT}")
    if not _is_whole(found):
        raise _damaged(folder, "a part of it is missing or of another kind")
    return Progress(**found)


def write_progress(folder: Path, progress: Progress) -> None:
    """Write the file whole, or not at all."""
    with replacing(folder / FILE) as file:
        content = json.dumps({"format": _FORMAT, **asdict(progress)}, indent=2)
        file.write_text(content + "\n", encoding="utf-8")


def _is_whole(found: dict[str, Any]) -> bool:
    kinds: dict[str, type] = {
        "current": str, "fast": bool, "solved": dict, "given_up": list, "hints": dict
    }  # fmt: skip
    return (
        found.keys() == kinds.keys()
        and all(isinstance(found[name], kind) for name, kind in kinds.items())
        and all(isinstance(level, int) for level in found["hints"].values())
    )


def _damaged(folder: Path, reason: str) -> DamagedProgress:
    return DamagedProgress(
        f"{folder / FILE} is damaged: {reason}. Your exercises are as you left them: delete "
        f"{FILE}, and `gilext learn check --all` finds out again what is solved"
    )
