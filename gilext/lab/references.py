"""Reference counts of real objects: what changes them, and what doesn't.

`gilext.watch_refs` notes the counts of objects before and after a block. A name, a place in a
container and an attribute count one each; a weak reference counts nothing; an immortal object
isn't counted at all.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gilext.core.environment import info
from gilext.lab.lesson import Lesson
from gilext.references.counts import inspect_refs, watch_refs


class Thing:
    """Something that references are made to."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What one piece of code does to one object's count.

    Attributes
    ----------
    code : str
        What is run, and what it leaves.
    before, after : int
        The references to the object.
    change : int
        Their difference.
    """

    code: str
    before: int
    after: int
    change: int


def count_references() -> Lesson:
    """Make references to an object in several ways, and watch its count.

    Returns
    -------
    Lesson
        With a `Counted` for each way.
    """
    things = [Thing()]
    kept: list[object] = []
    holder = Thing()
    tried: tuple[tuple[str, Callable[[], object]], ...] = (
        ("kept.append(thing)", lambda: kept.append(things[0])),
        ("kept.extend([thing] * 3)", lambda: kept.extend(things * 3)),
        ("holder.thing = thing", lambda: setattr(holder, "thing", things[0])),
        ("weakref.ref(thing)", lambda: kept.append(weakref.ref(things[0]))),
        ("str(thing), a call that ends", lambda: str(things[0])),
        ("kept.clear()", kept.clear),
    )
    rows = (
        *(_watch(code, run, things) for code, run in tried),
        _watch("kept.extend([None] * 1000)", lambda: kept.extend([None] * 1000), [None]),
    )
    changes = [row.change for row in rows]
    left = inspect_refs(things[0]).count
    of_none = (
        "None is immortal: a thousand references to it change nothing"
        if inspect_refs(None).immortal
        else f"None isn't immortal here: a thousand references to it count {changes[-1]:,}"
    )
    return Lesson(
        title="references to one object, and to None",
        rows=rows,
        sentence=(
            f"An item of a list and an attribute count one each, a weak reference nothing, and a "
            f"call only while it runs: {left} references are left. {of_none}."
        ),
        shown=changes[:-1] == [1, 3, 1, 0, 0, -4],
        environment=info(),
    )


def _watch(code: str, run: Callable[[], object], values: Sequence[object]) -> Counted:
    with watch_refs(values[0]) as watched:
        run()
    (change,) = watched.report.changes
    return Counted(code, change.before, change.after, change.change)
