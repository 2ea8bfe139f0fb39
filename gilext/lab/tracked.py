"""Which objects the collector looks at, and what that costs each.

Only an object that can refer to others can be part of a cycle. The type says so
(``Py_TPFLAGS_HAVE_GC``); an object of such a type carries two more words in front, in which the
collector keeps its list. Some containers are left out as long as nothing in them can be part of a
cycle: that is what ``gc.is_tracked()`` tells.
"""

from __future__ import annotations

import gc
import sys
import weakref
from dataclasses import dataclass

from gilext.core.environment import info
from gilext.lab.lesson import Lesson

_HAVE_GC = 1 << 14  # Py_TPFLAGS_HAVE_GC
_YES_OR_NO = {True: "yes", False: "no"}


class Node:
    """Something that refers to something else."""

    def __init__(self) -> None:
        self.other: object = None


class Slotted:
    """An instance without a dictionary."""

    __slots__ = ("other",)


@dataclass(frozen=True, slots=True)
class Tracking:
    """What the collector has to do with one object.

    Attributes
    ----------
    value : str
        The object.
    has_gc : str
        Whether its type takes part in the collection of cycles.
    tracked, tracked_later : str
        Whether the collector looks at it, when it is new and after a collection.
    header_bytes : int
        What ``sys.getsizeof()`` adds for words in front of the object.
    """

    value: str
    has_gc: str
    tracked: str
    tracked_later: str
    header_bytes: int


def list_what_is_tracked() -> Lesson:
    """Ask of some objects whether the collector tracks them, and let it free a cycle of two.

    Returns
    -------
    Lesson
        With a `Tracking` for each object.
    """
    values = {
        "an int": 10**9,
        "a str": "text",
        "an object()": object(),
        "a list": [1],
        "a tuple of ints": tuple([1, 2]),
        "a tuple with a list in it": tuple([[]]),
        "a dict of ints": {"one": 1},
        "a dict with a list in it": {"one": []},
        "an instance": Node(),
        "an instance with slots": Slotted(),
        "a function": list_what_is_tracked,
    }
    new = {name: gc.is_tracked(value) for name, value in values.items()}
    gc.collect()
    rows = tuple(
        Tracking(
            name,
            _YES_OR_NO[bool(type(value).__flags__ & _HAVE_GC)],
            _YES_OR_NO[new[name]],
            _YES_OR_NO[gc.is_tracked(value)],
            sys.getsizeof(value) - value.__sizeof__(),
        )
        for name, value in values.items()
    )
    tracked = sum(row.tracked_later == "yes" for row in rows)
    alive, alive_later = _free_a_pair()
    return Lesson(
        title="objects and the collector",
        rows=rows,
        sentence=(
            f"The collector tracks {tracked} of these {len(rows)} objects. Two objects of which "
            f"neither contains itself, only the other: {alive} of 2 are alive after the last name "
            f"for them is gone, {alive_later} after a collection."
        ),
        shown=(alive, alive_later) == (2, 0)
        and all(row.has_gc == "yes" for row in rows if row.tracked == "yes"),
        environment=info(),
        notes=(
            "tracked later is after a collection; the header lies in front of the object. That of an "
            "instance without slots has two words more: for its attributes and, since 3.12, for weak "
            "references.",
        ),
    )


def _free_a_pair() -> tuple[int, int]:
    """Return how many of two objects that refer to each other live before and after."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        one, two = Node(), Node()
        one.other, two.other = two, one
        left = [weakref.ref(one), weakref.ref(two)]
        del one, two
        alive = sum(ref() is not None for ref in left)
        gc.collect()
        return alive, sum(ref() is not None for ref in left)
    finally:
        if was_enabled:
            gc.enable()
