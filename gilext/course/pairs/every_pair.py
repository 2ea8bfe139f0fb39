"""All mistakes and their repairs, run one after the other."""

from __future__ import annotations

from dataclasses import dataclass

from gilext.core.environment import Environment, environment_line
from gilext.core.report import Column, Report, Table
from gilext.core.results import Result
from gilext.course.pairs.mistake import Mistake
from gilext.course.pairs.pair import Pair


@dataclass(frozen=True, slots=True)
class MistakeList(Result):
    """The mistakes that there are.

    Attributes
    ----------
    mistakes : tuple of Mistake
        All of them, in order.
    """

    mistakes: tuple[Mistake, ...]

    def report(self) -> Report:
        """Return a row for each: number, name, title."""
        columns = (Column(), Column("name", is_text=True), Column("the mistake", is_text=True))
        rows = tuple((one.number, one.name, one.title) for one in self.mistakes)
        return Report(
            body=(Table(columns, rows),),
            notes=("gilext lab mistakes NAME builds and runs one; --all runs all of them.",),
        )


@dataclass(frozen=True, slots=True)
class Pairs(Result):
    """How each mistake and its repair ended here.

    Attributes
    ----------
    pairs : tuple of Pair
        One for each mistake, in order.
    environment : Environment
        The interpreter and the cores.
    """

    pairs: tuple[Pair, ...]
    environment: Environment

    def report(self) -> Report:
        """Return a row for each mistake."""
        return Report(
            title="what goes wrong, and how it ends",
            place=environment_line(self.environment),
            body=(
                Table(
                    columns=(
                        Column(),
                        Column("mistake", is_text=True),
                        Column("what it did", is_text=True),
                        Column("its repair", is_text=True),
                        Column("found here by", is_text=True),
                    ),
                    rows=tuple(map(_row, self.pairs)),
                ),
            ),
            notes=tuple(
                f"{one.about.name} never ended like this in the runs behind its description."
                for one in self.pairs
                if one.as_described is False
            ),
        )


def _row(pair: Pair) -> tuple[int, str, str, str, str]:
    tools = [finding.tool for finding in pair.findings if finding.as_described]
    return (pair.about.number, pair.about.name, pair.short_end, pair.repair.how, ", ".join(tools))
