"""What grew: which objects are left, who holds them, and how much memory they take."""

from __future__ import annotations

import gc
import tracemalloc
from array import array
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gilext.core.units import in_bytes
from gilext.references import calling
from gilext.references.growth import MANY_PER_FEW
from gilext.references.object_names import is_type, type_name
from gilext.references.rounds import Watched, collect, figures_for

_OWN = str(Path(__file__).parent)
_FRAMES = 12
_SHOWN = 5
# So many of the objects that are left are asked for who refers to them.
_SOUGHT = 5
# Of blocks with one size and place, per call: fewer are no part of a leak.
_LEAST_OF_LINE = 0.01
# Objects/obmalloc.c, SMALL_REQUEST_THRESHOLD: larger blocks come from malloc().
_LARGEST_OF_PYMALLOC = 512
# What malloc() and CPython's debug hooks have around a block.
_MOST_AROUND = 48


@dataclass(frozen=True, slots=True)
class Remains:
    """What some calls have left behind.

    Attributes
    ----------
    types : dict of str to float
        How many objects of each type that the collector tracks are left per call.
    held, kept : dict of int to float
        How many references per call to each object of the census these objects hold, and how many
        more the containers hold that have grown.
    are_kept : bool
        Whether something that was there before refers to some of these objects.
    """

    types: dict[str, float]
    held: dict[int, float]
    kept: dict[int, float]
    are_kept: bool


@dataclass(frozen=True, slots=True)
class Traced:
    """Memory of Python's allocators that some calls have left behind.

    Attributes
    ----------
    blocks, bytes, large_bytes : float
        How many blocks per call, how many bytes they have, and how many of those are in blocks
        too large for Python's own allocator.
    lines : tuple of str
        The lines that allocated most of it, with how much.
    """

    blocks: float
    bytes: float
    large_bytes: float
    lines: tuple[str, ...]

    @property
    def bytes_of_malloc(self) -> float:
        """How many bytes of malloc()'s heap that is, if there is no other allocator."""
        return self.bytes + _MOST_AROUND * self.blocks


def remains_of(
    watched: Watched, call_many: Callable[[int], None], calls: int, containers: Sequence[int]
) -> Remains:
    """Make some calls, and see which objects are left and what they refer to.

    Parameters
    ----------
    watched : Watched
        What is counted.
    call_many : callable
        Makes as many calls as it is told.
    calls : int
        How many to make.
    containers : sequence of int
        The containers that have grown, by their place in the census.

    Returns
    -------
    Remains
    """
    census = watched.census
    growing = [census[place] for place in containers]
    before, after = figures_for(len(census)), figures_for(len(census))
    # What the last call leaves until the next one is there after any number of them.
    few = calls // MANY_PER_FEW
    type_places = [place for place in range(len(census)) if is_type(census[place])]
    types_of_few, held_by_few, _ = _left_of(watched, call_many, few, type_places)
    census.references_from(growing, before)
    types, held, are_kept = _left_of(watched, call_many, calls, type_places)
    census.references_from(growing, after)
    types.subtract(types_of_few)
    more = calls - few
    return Remains(
        {name: count / more for name, count in types.most_common() if count > 0},
        {place: (held[place] - held_by_few[place]) / more for place in range(len(census))},
        {place: (after[place] - before[place]) / calls for place in census.changed(before, after)},
        are_kept,
    )


def _left_of(
    watched: Watched, call_many: Callable[[int], None], calls: int, type_places: list[int]
) -> tuple[Counter[str], array[int], bool]:
    """Make some calls; return the types of what is left, what that refers to, if it is kept."""
    census = watched.census
    held = figures_for(len(census))
    collect()
    watched.mark()
    call_many(calls)
    collect()
    left = watched.new_objects()
    census.references_from(left, held)
    kinds = {id(type(one)): type(one) for one in left}  # a metaclass may have its own hash
    counts = Counter(id(type(one)) for one in left)
    for place in type_places:
        # A type whose instances' tp_traverse leaves it out is held by them all the same.
        held[place] = max(held[place], counts[id(census[place])])
    types = Counter({type_name(kinds[kind]): count for kind, count in counts.items()})
    return types, held, _are_kept(watched, left)


def _are_kept(watched: Watched, left: list[object]) -> bool:
    """Return whether something older refers to one of some objects that are left."""
    watched.thaw()  # what is frozen isn't searched for
    new = {id(one) for one in left} | {id(left)}
    step = max(1, len(left) // _SOUGHT)
    return any(
        id(referrer) not in new
        for one in left[::step]
        for referrer in gc.get_referrers(one)
        if any(type(referrer) is kind for kind in (dict, list, set, deque))
    )


def trace(function: str, call_many: Callable[[int], None], calls: int, per: str) -> Traced:
    """Make some calls, and trace what Python's allocators gave out and didn't get back."""
    was_tracing = tracemalloc.is_tracing()
    if not was_tracing:
        tracemalloc.start(_FRAMES)
    try:
        call_many(1)  # what it leaves until the next call is there before and after
        collect()
        before = _allocated()
        call_many(calls)
        collect()
        left = _allocated() - before
    finally:
        if not was_tracing:
            tracemalloc.stop()
    blocks: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    large = 0
    for (frames, size), count in left.items():
        line = _line_of(frames, function)
        if line is not None and count >= _LEAST_OF_LINE * calls:
            blocks[line] += count
            sizes[line] += count * size
            large += count * size * (size > _LARGEST_OF_PYMALLOC)
    lines = tuple(
        f"{line}: {in_bytes(size / calls)} per {per} in {blocks[line] / calls:.3g} blocks"
        for line, size in sizes.most_common(_SHOWN)
    )
    return Traced(blocks.total() / calls, sizes.total() / calls, large / calls, lines)


def _allocated() -> Counter[tuple[tracemalloc.Traceback, int]]:
    traces = tracemalloc.take_snapshot().traces
    return Counter((one.traceback, one.size) for one in traces)


def _line_of(frames: tracemalloc.Traceback, function: str) -> str | None:
    """Return where a block was allocated; None for what the check itself allocates."""
    latest = frames[-1]
    if not latest.filename.startswith(_OWN):
        return f"{latest.filename}:{latest.lineno}"
    if latest.filename == calling.__file__:
        return f"{function}, in C"
    return None
