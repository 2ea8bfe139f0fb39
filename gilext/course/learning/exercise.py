"""The exercises, as their folders have them.

Each is a folder of `gilext/course/exercises`: ``about.toml`` says what it is about, ``start`` has
the files that the learner gets, ``solution`` the same files solved, each folder of ``wrong`` a
solution that isn't one, and ``check.py`` the judgement.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "exercises"
DEFAULT_SECONDS = 30.0


class UnknownExercise(LookupError):
    """There is no exercise of that name or number."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """What ``about.toml`` says.

    Attributes
    ----------
    folder : Path
        Its folder; the name begins with the exercise's number.
    title, group : str
        What it is about, in a few words, and the part of the course that it belongs to.
    task, teaches : str
        What to do, and what one knows afterwards.
    fast_track : bool
        Whether those do it who are in a hurry.
    read : tuple of str
        The pages of the course on which its subject stands, by their titles.
    hints : tuple of str
        From the first, which says where to look, to the last, which nearly says what to write.
    after : str
        What to know once it is solved.
    crashed, hung : str
        What it means here if the module crashes, or doesn't come to an end.
    seconds : float
        How long grading may take until it counts as hung.
    environment : dict
        Environment variables that the graded process gets.
    """

    folder: Path
    title: str
    group: str
    task: str
    teaches: str
    fast_track: bool
    read: tuple[str, ...]
    hints: tuple[str, ...]
    after: str
    crashed: str
    hung: str
    seconds: float = DEFAULT_SECONDS
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The folder's name, such as ``01_release``."""
        return self.folder.name

    @property
    def number(self) -> str:
        """The number that the name begins with, such as ``01``."""
        return self.name.partition("_")[0]

    @property
    def start(self) -> Path:
        """The folder of the files that the learner gets."""
        return self.folder / "start"

    @property
    def solution(self) -> Path:
        """The folder of the same files, solved."""
        return self.folder / "solution"

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the learner's files, those in C first."""
        names = (path.name for path in self.start.iterdir() if path.is_file())
        return tuple(sorted(names, key=lambda name: (not name.endswith(".c"), name)))


@cache
def all_exercises() -> tuple[Exercise, ...]:
    """Return the exercises in their order."""
    return tuple(_read(path.parent) for path in sorted(FOLDER.glob("*/about.toml")))


def exercise_named(name: str) -> Exercise:
    """Return the exercise of a name or a number: ``01_release``, ``release``, ``01`` or ``1``.

    Raises
    ------
    UnknownExercise
        If there is none.
    """
    for one in all_exercises():
        short = one.name.partition("_")[2]
        if name in (one.name, short) or (name.isdecimal() and int(name) == int(one.number)):
            return one
    numbers = [one.number for one in all_exercises()]
    raise UnknownExercise(
        f"there is no exercise {name!r}; they are numbered {numbers[0]} to {numbers[-1]}"
    )


def _read(folder: Path) -> Exercise:
    about = tomllib.loads((folder / "about.toml").read_text(encoding="utf-8"))
    for name in ("read", "hints"):
        about[name] = tuple(about[name])
    return Exercise(folder=folder, **about)
