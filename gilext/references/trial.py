"""The cyclic garbage collector's algorithm, over real objects, step by step."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass

from gilext._native import refcount
from gilext.core.report import Column, Report, Table
from gilext.core.results import Result


@dataclass(frozen=True, slots=True)
class TrialObject:
    """What the three steps made of one object.

    Attributes
    ----------
    name : str
        Its type and place: ``"list 0"``.
    count : int
        Step 1, a copy of its reference count.
    internal : int
        Step 2, the references to it that come from the objects themselves.
    external : int
        What is left: references from elsewhere.
    reachable : bool
        Step 3, whether it has references from elsewhere, or is referred to by one that is
        reachable.
    """

    name: str
    count: int
    internal: int
    external: int
    reachable: bool


@dataclass(frozen=True, slots=True)
class TrialCollection(Result):
    """What `trial_collect` found.

    Attributes
    ----------
    objects : tuple of TrialObject
        In the order in which they were given, each once.
    unreachable : tuple of int
        The places, in `objects`, of those that the collector would free.
    """

    objects: tuple[TrialObject, ...]
    unreachable: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """What was seen, in a sentence."""
        if not self.unreachable:
            return "Every object can still be reached from elsewhere: none is garbage."
        names = ", ".join(self.objects[place].name for place in self.unreachable)
        return f"Garbage, which counting alone would never free: {names}."

    def report(self) -> Report:
        """Return the three steps as a table, and a sentence."""
        return Report(body=(self.table(), self.sentence))

    def table(self, title: str = "") -> Table:
        """Return the three steps as a table."""
        columns = (
            Column("object", is_text=True),
            Column("count"),
            Column("- internal"),
            Column("= external"),
            Column("reachable"),
        )
        rows = tuple(
            (one.name, one.count, one.internal, one.external, "yes" if one.reachable else "no")
            for one in self.objects
        )
        return Table(columns, rows, title)


def trial_collect(objs: Sequence[object]) -> TrialCollection:
    """Run the collector's algorithm over some objects, and free nothing.

    It copies each object's reference count, subtracts the references that the objects have to
    each other, and keeps those to which references remain, with everything that they lead to. The
    rest is garbage. Source: CPython's InternalDocs/garbage_collector.md, "Identifying reference
    cycles".

    Parameters
    ----------
    objs : list or tuple
        The objects. What `objs` itself refers to them doesn't count, nor what this call does; a
        variable of the caller does.

    Returns
    -------
    TrialCollection

    Raises
    ------
    TypeError
        When `objs` is neither a list nor a tuple.
    """
    if not isinstance(objs, list | tuple):
        raise TypeError(f"argument 'objs' must be a list or tuple, not {type(objs).__name__}")
    own: list[object] = []
    times: dict[int, int] = {}
    for index in range(len(objs)):
        key = id(objs[index])
        if key not in times:
            own.append(objs[index])
        times[key] = times.get(key, 0) + 1
    places = {id(own[place]): place for place in range(len(own))}
    # One reference each from our list, and one for each time that it is in the caller's.
    counts = [refcount(own[place]) - 1 - times[id(own[place])] for place in range(len(own))]
    leads_to = [
        [
            places[id(referent)]
            for referent in gc.get_referents(own[place])
            if id(referent) in places
        ]
        for place in range(len(own))
    ]
    internal = [0] * len(own)
    for referents in leads_to:
        for place in referents:
            internal[place] += 1
    external = [count - inner for count, inner in zip(counts, internal, strict=True)]
    reachable = _reachable_from(
        [place for place in range(len(own)) if external[place] > 0], leads_to
    )
    return TrialCollection(
        objects=tuple(
            TrialObject(
                name=f"{type(own[place]).__qualname__} {place}",
                count=counts[place],
                internal=internal[place],
                external=external[place],
                reachable=place in reachable,
            )
            for place in range(len(own))
        ),
        unreachable=tuple(place for place in range(len(own)) if place not in reachable),
    )


def _reachable_from(roots: Sequence[int], leads_to: Sequence[Sequence[int]]) -> set[int]:
    found, waiting = set(roots), list(roots)
    while waiting:
        for place in leads_to[waiting.pop()]:
            if place not in found:
                found.add(place)
                waiting.append(place)
    return found
