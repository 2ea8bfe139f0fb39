"""The mistakes that authors of extensions make, as their folders describe them.

Each folder in ``mistakes`` holds one: a module that makes it, the repaired module, a script that
uses either of them, and ``about.toml``.
"""

from __future__ import annotations

import operator
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gilext.core.environment import is_free_threaded_build
from gilext.course.outcomes import How, Outcome

FOLDER = Path(__file__).parents[1] / "mistakes"

_COMPARISONS = {"<": operator.lt, ">=": operator.ge, "==": operator.eq}


@dataclass(frozen=True, slots=True)
class Interpreters:
    """The interpreters that a statement is about.

    Attributes
    ----------
    versions : str
        Their versions, such as ``">=3.11,<3.13"``; ``"*"`` for all.
    build : str
        Words that describe their builds: ``"GIL"`` or ``"free-threaded"``, ``"release"`` or
        ``"debug"``. Empty for all.
    """

    versions: str = "*"
    build: str = ""

    def has_this_one(self) -> bool:
        """Return whether the interpreter that runs is one of them."""
        return set(self.build.split()) <= set(build_words()) and all(
            _is_met(condition) for condition in self.versions.split(",") if condition != "*"
        )


@dataclass(frozen=True, slots=True)
class Ending:
    """One way in which the process that makes a mistake was seen to end.

    Attributes
    ----------
    interpreters : Interpreters
        On which of them.
    outcome : str
        ``"ended"``, ``"failed"``, ``"crashed"`` or ``"hung"``.
    says : str
        A regular expression for what it writes.
    effect : str
        What is wrong with that, in two or three words, if the outcome doesn't say it.
    """

    interpreters: Interpreters
    outcome: How
    says: str = ""
    effect: str = ""

    def is_that_of(self, outcome: Outcome) -> bool:
        """Return whether a process ended so."""
        return outcome.how == self.outcome and is_said(self.says, outcome)


@dataclass(frozen=True, slots=True)
class FoundBy:
    """A tool that finds a mistake.

    Attributes
    ----------
    tool : str
        Its name.
    note : str
        How it finds it, in a sentence.
    interpreters : Interpreters
        Where it finds it.
    mistake : str or None
        A regular expression for the line that it says of the mistake, or, as its only group, for
        the part that matters; None if gilext doesn't run it.
    repair : str
        One for the line that it says of the repair.
    """

    tool: str
    note: str
    interpreters: Interpreters
    mistake: str | None
    repair: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake that was made in public, and its repair.

    Attributes
    ----------
    number : int
        Its place in the list.
    name, title : str
        Its name on the command line, and what it is in a few words.
    wrong, right : str
        What is wrong and why, and what is done about it.
    evidence : tuple of str
        Public threads, as ``owner/repository#number``.
    endings : tuple of Ending
        How a process that makes it was seen to end.
    found_by : tuple of FoundBy
        The tools that find it.
    """

    number: int
    name: str
    title: str
    wrong: str
    right: str
    evidence: tuple[str, ...]
    endings: tuple[Ending, ...]
    found_by: tuple[FoundBy, ...]

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return FOLDER / f"{self.number:02}_{self.name}"

    def endings_here(self) -> tuple[Ending, ...]:
        """Return how it was seen to end on an interpreter like the one that runs."""
        return tuple(one for one in self.endings if one.interpreters.has_this_one())

    def source_of(self, side: str) -> Path:
        """Return the file of a side, ``"mistake"`` or ``"repair"``: C, or Python if there is no C."""
        in_c = self.folder / f"{side}.c"
        return in_c if in_c.exists() else in_c.with_suffix(".py")


def mistakes() -> dict[str, Mistake]:
    """Return all mistakes by their names, in their order."""
    folders = sorted(path.parent for path in FOLDER.glob("*/about.toml"))
    return {one.name: one for one in map(read_mistake, folders)}


def read_mistake(folder: Path) -> Mistake:
    """Return the mistake that a folder describes."""
    about = tomllib.loads((folder / "about.toml").read_text(encoding="utf-8"))
    number, _, name = folder.name.partition("_")
    return Mistake(
        number=int(number),
        name=name,
        title=about["title"],
        wrong=about["mistake"],
        right=about["repair"],
        evidence=tuple(about["evidence"]),
        endings=tuple(
            Ending(_interpreters(one), one["outcome"], one.get("says", ""), one.get("effect", ""))
            for one in about["happens"]
        ),
        found_by=tuple(
            FoundBy(
                one["tool"],
                one["note"],
                _interpreters(one),
                one.get("mistake"),
                one.get("repair", ""),
            )
            for one in about["found_by"]
        ),
    )


def is_said(pattern: str, outcome: Outcome) -> bool:
    """Return whether a process wrote what a regular expression describes."""
    return re.search(pattern, outcome.stdout + outcome.stderr, re.MULTILINE) is not None


def build_words() -> tuple[str, str]:
    """Return what kind of build the interpreter that runs is, in two words."""
    return (
        "free-threaded" if is_free_threaded_build() else "GIL",
        "debug" if hasattr(sys, "gettotalrefcount") else "release",
    )


def _interpreters(table: dict[str, Any]) -> Interpreters:
    return Interpreters(table.get("python", "*"), table.get("build", ""))


def _is_met(condition: str) -> bool:
    sign, version = condition[: -len(condition.lstrip("<>="))], condition.lstrip("<>=")
    asked = tuple(map(int, version.split(".")))
    return bool(_COMPARISONS[sign](sys.version_info[: len(asked)], asked))
