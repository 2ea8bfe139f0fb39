"""Drop references that are somebody else's, to objects that a census protects."""

import ctypes
import gc
import sys
from array import array

from gilext._native import Census

drop = ctypes.pythonapi.Py_DecRef
drop.argtypes = [ctypes.py_object]
drop.restype = None


class Thing:
    ended = 0

    def __del__(self) -> None:
        Thing.ended += 1


def count_at(census: Census, place: int) -> int:
    counts = array("q", bytes(8 * len(census)))
    census.counts(counts)
    return counts[place]


def place_of(census: Census, wanted: object) -> int:
    return next(place for place in range(len(census)) if census[place] is wanted)


def all_is_lost() -> None:
    """Lose more references than there are: all come back, and the object is never freed."""
    holders = [[Thing()], [Thing()]]
    holders[1][0] = holders[0][0]
    assert Thing.ended == 1
    census = Census()
    census.add(holders)
    place = place_of(census, holders[0][0])
    before = count_at(census, place)

    assert census.protect()
    for _ in range(100):
        drop(holders[0][0])
    lost = before - count_at(census, place)
    mended = census.release()

    assert (before, lost, mended) == (2, 100, 1)
    assert count_at(census, place) == 2
    census.clear()
    holders[0].clear()
    assert isinstance(holders[1][0], Thing)
    assert Thing.ended == 1
    holders[1].clear()
    assert Thing.ended == 2


def some_are_lost() -> None:
    """Lose some references and give them back."""
    Thing.ended = 0
    holders = [[thing] * 3 for thing in (Thing(),)]
    census = Census()
    census.add(holders)
    place = place_of(census, holders[0][0])
    census.protect()
    drop(holders[0][0])
    drop(holders[0][0])

    assert census.release() == 0
    assert count_at(census, place) == 1
    census.give_back(place, 2)
    census.clear()
    holders[0].pop()
    holders[0].pop()
    assert Thing.ended == 0
    holders[0].pop()
    assert Thing.ended == 1


def nothing_is_lost() -> None:
    """Let go of an object soundly while it is protected: it ends with the census."""
    Thing.ended = 0
    holder = [Thing()]
    census = Census()
    census.add([holder])
    assert census.protect()
    assert census.protect()  # which adds nothing more
    holder.clear()
    census.add([Thing()])  # protected from its first moment on
    gc.collect()
    assert Thing.ended == 0
    assert census.release() == 0
    assert Thing.ended == 0
    del census
    assert Thing.ended == 2


def census_ends_while_it_protects() -> None:
    Thing.ended = 0
    thing = Thing()
    before = sys.getrefcount(thing)
    census = Census()
    census.add([thing])
    census.protect()
    del census
    assert sys.getrefcount(thing) == before


all_is_lost()
some_are_lost()
nothing_is_lost()
census_ends_while_it_protects()
print("alive")
