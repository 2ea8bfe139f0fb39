"""The list of the lessons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gilext.core.report import Column, Report, Table
from gilext.core.results import Result
from gilext.lab.catalogue import Experiment


@dataclass(frozen=True, slots=True)
class ListedExperiment:
    """One experiment, as the list has it.

    Attributes
    ----------
    name, title, group : str
        As `gilext.lab.Experiment` has them.
    minutes : int
        How long a class needs for it.
    """

    name: str
    title: str
    group: str
    minutes: int


@dataclass(frozen=True, slots=True)
class ExperimentList(Result):
    """The experiments in their groups.

    Attributes
    ----------
    experiments : tuple of ListedExperiment
        In the order of teaching.
    """

    experiments: tuple[ListedExperiment, ...]

    def to_dict(self) -> dict[str, str]:
        """Return the title of each, by name."""
        return {one.name: one.title for one in self.experiments}

    def report(self) -> Report:
        """Return a list for each group."""
        groups: dict[str, list[ListedExperiment]] = {}
        for one in self.experiments:
            groups.setdefault(one.group, []).append(one)
        return Report(
            title="gilext lab NAME runs one of these; gilext lab mistakes lists what goes wrong",
            body=tuple(part for group in groups.items() for part in ("", _table(*group))),
        )


def list_experiments(experiments: Iterable[Experiment]) -> ExperimentList:
    """Return the list of some experiments."""
    return ExperimentList(
        tuple(ListedExperiment(one.name, one.title, one.group, one.minutes) for one in experiments)
    )


def _table(group: str, experiments: Iterable[ListedExperiment]) -> Table:
    return Table(
        columns=(Column(is_text=True), Column(), Column(is_text=True)),
        rows=tuple((f"  {one.name:18}", f"{one.minutes} min", one.title) for one in experiments),
        title=group,
    )
