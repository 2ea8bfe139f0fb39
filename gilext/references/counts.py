"""Reference counts: what they are now, and how they change."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from gilext._native import is_immortal, refcount, refcount_parts
from gilext.core.report import Column, Report, Table, facts
from gilext.core.results import Result

_STATES = ("not shared yet", "may be weakly referenced", "queued to be merged", "merged")


@dataclass(frozen=True, slots=True)
class SplitCount:
    """The count of an object on a free-threaded build, in its two parts (PEP 703).

    Attributes
    ----------
    owner_thread : int
        The thread that owns the object, as the interpreter numbers it; 0 if none does.
    local, shared : int
        The references counted by the owner, and by all others. The shared part alone may be
        below 0.
    state : str
        Of the shared part: ``"not shared yet"``, ``"may be weakly referenced"``, ``"queued to be
        merged"`` or ``"merged"``.
    """

    owner_thread: int
    local: int
    shared: int
    state: str


@dataclass(frozen=True, slots=True)
class RefcountView(Result):
    """What `inspect_refs` saw.

    Attributes
    ----------
    type_name : str
        The object's type.
    count : int
        Its references, as `refcount` has them.
    immortal : bool
        Whether they aren't counted.
    gc_tracked : bool
        Whether the collector looks at it.
    gc_generation : int or None
        In which generation the collector has it; None if it isn't tracked, or if the
        interpreter can't tell.
    split : SplitCount or None
        The parts of the count, on a free-threaded build.
    """

    type_name: str
    count: int
    immortal: bool
    gc_tracked: bool
    gc_generation: int | None
    split: SplitCount | None

    def report(self) -> Report:
        """Return what was seen as a list."""
        generation = "" if self.gc_generation is None else f", generation {self.gc_generation}"
        rows = [
            ("type", self.type_name),
            ("references", f"{self.count}{', immortal: not counted' if self.immortal else ''}"),
            ("collector", f"tracks it{generation}" if self.gc_tracked else "doesn't track it"),
        ]
        if self.split is not None:
            split = self.split
            rows.append(("owner's, others'", f"{split.local}, {split.shared} ({split.state})"))
        return Report(body=(facts(*rows),))


def inspect_refs(*obj: object) -> RefcountView:
    """Return an object's reference count and what else decides how long it lives.

    Parameters
    ----------
    obj : object
        One object. The references that this call makes aren't counted.

    Returns
    -------
    RefcountView

    Raises
    ------
    TypeError
        When it isn't one object.
    """
    # A parameter by name would hold a reference in some versions, and a lent one in others; the
    # tuple of all arguments holds one in each.
    if len(obj) != 1:
        raise TypeError(f"inspect_refs() takes one object, not {len(obj)}")
    immortal = is_immortal(obj[0])
    parts = refcount_parts(obj[0])
    return RefcountView(
        type_name=type(obj[0]).__qualname__,
        count=refcount(obj[0]) - (not immortal),
        immortal=immortal,
        gc_tracked=gc.is_tracked(obj[0]),
        gc_generation=_generation_of(obj[0]),
        split=None if parts is None else SplitCount(*parts[:3], _STATES[parts[3]]),
    )


def _generation_of(obj: object) -> int | None:
    if not gc.is_tracked(obj):
        return None
    for generation in range(3):
        if any(tracked is obj for tracked in gc.get_objects(generation)):
            return generation
    return None


@dataclass(frozen=True, slots=True)
class RefChange:
    """One object's count before and after a block.

    Attributes
    ----------
    type_name : str
        The object's type.
    before, after, change : int
        Its references at both ends, and their difference.
    """

    type_name: str
    before: int
    after: int
    change: int


@dataclass(frozen=True, slots=True)
class RefChanges(Result):
    """What `watch_refs` saw, an entry for each object.

    Attributes
    ----------
    changes : tuple of RefChange
        In the order in which the objects were given.
    """

    changes: tuple[RefChange, ...]

    def report(self) -> Report:
        """Return the counts as a table."""
        columns = (
            Column("object", is_text=True),
            Column("before"),
            Column("after"),
            Column("change", "+d"),
        )
        rows = tuple((one.type_name, one.before, one.after, one.change) for one in self.changes)
        return Report(body=(Table(columns, rows),))


class RefWatch:
    """A watch over the counts of some objects; see `watch_refs`."""

    def __init__(self, objects: tuple[object, ...]) -> None:
        self._objects = objects
        self._before: list[int] = []
        self._changes: RefChanges | None = None

    def __enter__(self) -> RefWatch:
        """Record the counts."""
        self._before = self._counts()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Record them again."""
        pairs = zip(self._objects, self._before, self._counts(), strict=True)
        self._changes = RefChanges(
            tuple(
                RefChange(type(obj).__qualname__, before, after, after - before)
                for obj, before, after in pairs
            )
        )

    def _counts(self) -> list[int]:
        # One reference is this object's own.
        return [
            refcount(self._objects[place]) - (not is_immortal(self._objects[place]))
            for place in range(len(self._objects))
        ]

    @property
    def report(self) -> RefChanges:
        """The changes, once the block has ended.

        Raises
        ------
        RuntimeError
            Before that.
        """
        if self._changes is None:
            raise RuntimeError("the report is there when the watched block has ended")
        return self._changes

    def to_dict(self) -> dict[str, Any]:
        """Return the report as what ``json.dumps()`` takes."""
        return self.report.to_dict()

    def __str__(self) -> str:
        """Return the report as text."""
        return str(self.report)


def watch_refs(*objs: object) -> RefWatch:
    """Report how the reference counts of some objects change while a ``with`` block runs.

    Parameters
    ----------
    *objs : object
        One object at least.

    Returns
    -------
    RefWatch
        A context manager; its ``report`` is there when the block has ended.

    Raises
    ------
    ValueError
        Without any object.
    """
    if not objs:
        raise ValueError("watch_refs() needs one object at least")
    return RefWatch(objs)
