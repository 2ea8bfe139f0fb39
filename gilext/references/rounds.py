"""One round of calls, and what it changed: counts of references, sizes of containers, usage."""

from __future__ import annotations

import builtins
import gc
import sys
import time
from array import array
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from gilext._native import ArenaCount, Census
from gilext.references.usage import COUNTERS, Counter

# Finalizers may leave work for the next collection.
_MAX_COLLECTIONS = 4
_UNKNOWN = -1

_clear_type_cache = getattr(sys, "_clear_internal_caches", None) or sys._clear_type_cache


@dataclass(frozen=True, slots=True)
class Round:
    """What some calls changed.

    Attributes
    ----------
    calls : int
        How many there were.
    seconds : float
        How long they took.
    usage : dict of str to int
        By how much each counter changed that can be read.
    references, sizes : dict of int to int
        By how much the references to an object of the census changed, and the items in it; only
        what changed.
    """

    calls: int
    seconds: float
    usage: dict[str, int]
    references: dict[int, int]
    sizes: dict[int, int]


@dataclass(slots=True)
class Watched:
    """All that is counted: every object that can be reached, and what the process uses.

    While it is open, the objects are protected: each is kept alive also if the function drops
    references that it doesn't own.
    """

    census: Census = field(default_factory=Census)
    arenas: ArenaCount = field(default_factory=ArenaCount)
    _before: tuple[array[int], array[int]] = field(default_factory=lambda: _buffers(0))
    _after: tuple[array[int], array[int]] = field(default_factory=lambda: _buffers(0))
    _usage: tuple[array[int], array[int]] = field(default_factory=lambda: _buffers(len(COUNTERS)))
    _at_first: array[int] = field(default_factory=lambda: array("q"))
    # If the caller has frozen objects already, thawing would thaw those too.
    _freezes: bool = False
    _known: set[int] = field(default_factory=set)

    def __enter__(self) -> Watched:
        """Begin."""
        self._freezes = not _has_frozen()
        self.arenas.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of all objects."""
        self.thaw()
        self.census.release()
        self.census.clear()
        self.arenas.__exit__(None, None, None)

    def widen(self, objects: Iterable[object], *, generation: int = 2) -> None:
        """Count the references also to these objects, and to all that can be reached by now.

        Garbage in generations that aren't collected first is counted as well.
        """
        collect(generation)
        self.thaw()
        self.census.add(list(objects))
        self.census.add(gc.get_objects())
        self.census.protect()
        self._before, self._after = _buffers(len(self.census)), _buffers(len(self.census))
        self.census.counts(self._before[0])
        self._at_first.extend(self._before[0][len(self._at_first) :])
        self.freeze()

    def give_back(self, place: int) -> None:
        """Give an object of the census the references back that it has lost since it came."""
        counts, _ = self._before
        self.census.counts(counts)
        self.census.give_back(place, max(0, self._at_first[place] - counts[place]))

    def freeze(self) -> None:
        """Leave all that is there now out of collections: they only have to see what is new."""
        if self._freezes:
            gc.freeze()

    def thaw(self) -> None:
        """Let collections see all again."""
        if self._freezes:
            gc.unfreeze()

    def mark(self) -> None:
        """Remember what is there, to tell what is new."""
        self.freeze()
        if not self._freezes:
            self._known = {id(one) for one in gc.get_objects()}

    def new_objects(self) -> list[object]:
        """Return the objects that the collector tracks and that weren't there at the mark."""
        found = gc.get_objects()
        if self._freezes:
            return found
        self._known.add(id(self._known))
        return [one for one in found if id(one) not in self._known]

    def run(
        self, call_many: Callable[[int], None], calls: int, *, with_sizes: bool = True
    ) -> Round:
        """Make some calls, and return what they changed; without sizes it takes half the time."""
        (references, sizes), (new_references, new_sizes) = self._before, self._after
        usage, new_usage = self._usage
        collect()
        self.census.counts(references)
        if with_sizes:
            self.census.sizes(sizes)
        for place, counter in enumerate(COUNTERS):
            usage[place] = _read(counter)
        arenas = self.arenas.bytes
        start = time.perf_counter()
        call_many(calls)
        seconds = time.perf_counter() - start
        collect()
        for place in reversed(range(len(COUNTERS))):
            new_usage[place] = _read(COUNTERS[place])
        new_arenas = self.arenas.bytes
        self.census.counts(new_references)
        if with_sizes:
            self.census.sizes(new_sizes)
        changes = {
            counter.name: new_usage[place] - usage[place]
            for place, counter in enumerate(COUNTERS)
            if usage[place] != _UNKNOWN and new_usage[place] != _UNKNOWN
        }
        if "address space" in changes and arenas is not None and new_arenas is not None:
            # Blocks are in arenas, and are counted themselves.
            changes["address space"] -= new_arenas - arenas
        return Round(
            calls,
            seconds,
            changes,
            self._changes(references, new_references),
            self._changes(sizes, new_sizes) if with_sizes else {},
        )

    def _changes(self, before: array[int], after: array[int]) -> dict[int, int]:
        places = self.census.changed(before, after)
        return {place: after[place] - before[place] for place in places}


def _has_frozen() -> bool:
    """Return whether the caller has frozen objects.

    To freeze takes all that is tracked, so also the built-in names. The count alone doesn't tell:
    in 3.12 each full collection freezes what is immortal.
    """
    names = vars(builtins)
    return gc.get_freeze_count() > 0 and all(one is not names for one in gc.get_objects())


def collect(generation: int = 2) -> None:
    """Free what is garbage, and what the type cache alone refers to."""
    for _ in range(_MAX_COLLECTIONS):
        with suppress(SystemError):
            if not gc.collect(generation):
                break
    # It refers to the names that were looked up, which C code may make anew each time, and on 3.11
    # to None in each of its empty places. Finalizers fill some of those.
    _clear_type_cache()


def _read(counter: Counter) -> int:
    figure = counter.read()
    return _UNKNOWN if figure is None else figure


def figures_for(length: int) -> array[int]:
    """Return room for so many figures, as a census writes them."""
    return array("q", bytes(8 * length))


def _buffers(length: int) -> tuple[array[int], array[int]]:
    return figures_for(length), figures_for(length)
