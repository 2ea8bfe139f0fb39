"""A cycle that counting alone never frees, and how the collector finds it.

Three objects refer to each other in a ring, and a fourth is referred to by one of them. When the
last variable lets go of the ring, each of its counts is still 1. The collector copies the counts,
subtracts the references inside of the ring, and what comes down to 0 can't be reached.
"""

from __future__ import annotations

import gc
import weakref
from dataclasses import dataclass
from typing import Any

from gilext.core.report import Report
from gilext.core.results import Result
from gilext.references.trial import TrialCollection, trial_collect

_NODES = 4


class Node:
    """An object of the experiment; what it refers to is in its list, and nowhere else."""

    __slots__ = ("__weakref__", "others")

    def __init__(self) -> None:
        self.others: list[Node] = []


@dataclass(frozen=True, slots=True)
class Cycles(Result):
    """What `collect_a_cycle` found.

    Attributes
    ----------
    held : TrialCollection
        The algorithm's steps while a variable refers to the ring.
    let_go : TrialCollection
        The same when none does any more.
    alive_after_counting, alive_after_collecting : int
        How many of the four were there when the variable was gone, and after ``gc.collect()``.
    """

    held: TrialCollection
    let_go: TrialCollection
    alive_after_counting: int
    alive_after_collecting: int

    @property
    def sentence(self) -> str:
        """What was seen, in a sentence."""
        return (
            f"Without any variable, counting left {self.alive_after_counting} of the 4 objects "
            f"alive; the collector, {self.alive_after_collecting}."
        )

    def report(self) -> Report:
        """Return both trials, one after the other, and a sentence."""
        return Report(
            body=(
                self.held.table("while a variable refers to the ring"),
                self.held.sentence,
                self.let_go.table("when none does"),
                self.let_go.sentence,
                self.sentence,
            )
        )


def collect_a_cycle() -> Cycles:
    """Make a ring of three objects with a fourth, let go of it, and collect it.

    Returns
    -------
    Cycles
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        everything = _ring()
        watched = [weakref.ref(everything[place]) for place in range(_NODES)]
        variable = everything[0]
        held = trial_collect(everything)
        del variable
        let_go = trial_collect(everything)
        everything.clear()
        after_counting = sum(reference() is not None for reference in watched)
        gc.collect()
        after_collecting = sum(reference() is not None for reference in watched)
    finally:
        if was_enabled:
            gc.enable()
    return Cycles(held, let_go, after_counting, after_collecting)


def _ring() -> list[Any]:
    """Return the nodes and their lists, to which nothing else refers."""
    nodes = [Node() for _ in range(_NODES)]
    for index in range(3):
        nodes[index].others.append(nodes[(index + 1) % 3])
    nodes[0].others.append(nodes[3])
    return [*nodes, *[node.others for node in nodes]]
