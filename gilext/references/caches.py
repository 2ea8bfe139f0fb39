"""Caches that fill: what grows until a bound is reached is no leak."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gilext._native import Census
from gilext.references.rounds import figures_for

# Caches with a bound seldom have a higher one.
_MOST_OF_CACHE = 1100

_LRU_CACHE = type(lru_cache(len))


@dataclass(frozen=True, slots=True)
class GrowingCache:
    """A ``functools.lru_cache`` that gets entries.

    Attributes
    ----------
    name : str
        What it is called.
    entries : int
        How many it has.
    bound : int or None
        How many it may have; None if there is no bound.
    per_call : float
        How many entries each call adds.
    """

    name: str
    entries: int
    bound: int | None
    per_call: float

    @property
    def calls_to_fill(self) -> float:
        """How many calls will fill it; 0 if there is no bound."""
        if self.bound is None:
            return 0.0
        return (self.bound - self.entries) / self.per_call

    def __str__(self) -> str:
        """Return what there is to say of it."""
        if self.bound is None:
            return f"{self.name} has no bound: it has {self.entries:,} entries."
        return f"{self.name} isn't full: it has {self.entries:,} of {self.bound:,} entries."


class LruCaches:
    """The ``functools.lru_cache`` functions of a census, and how many entries each has.

    Parameters
    ----------
    census : Census
        All objects.

    Attributes
    ----------
    places : list of int
        Where in the census they are.
    """

    def __init__(self, census: Census) -> None:
        self.places = [place for place in range(len(census)) if type(census[place]) is _LRU_CACHE]
        found: list[Any] = [census[place] for place in self.places]
        self._entries = [(one, one.cache_info().currsize) for one in found]

    @property
    def dicts(self) -> set[int]:
        """The ids of the dicts in which they keep their entries."""
        inside = gc.get_referents(*(function for function, _ in self._entries))
        return {id(one) for one in inside if type(one) is dict}

    def growth(self, calls: int) -> list[GrowingCache]:
        """Return the caches that have got entries in so many calls."""
        growing = []
        for function, before in self._entries:
            info = function.cache_info()
            if info.currsize > before:
                wrapped = getattr(function, "__wrapped__", function)
                name = f"the lru_cache of `{wrapped.__module__}.{wrapped.__qualname__}`"
                per_call = (info.currsize - before) / calls
                growing.append(GrowingCache(name, info.currsize, info.maxsize, per_call))
        return growing


def calls_to_fill(census: Census, growing: Mapping[int, float]) -> float:
    """Return how many calls fill these containers, if they may be caches.

    Parameters
    ----------
    census : Census
        All objects.
    growing : mapping of int to float
        The place of each container in the census, and how many items each call adds to it.

    Returns
    -------
    float
        0 if there are none, or if one of them has more items than a cache with a bound.
    """
    sizes = figures_for(len(census))
    census.sizes(sizes)
    left = [(_MOST_OF_CACHE - sizes[place]) / per_call for place, per_call in growing.items()]
    return max(left, default=0.0) if all(calls >= 0 for calls in left) else 0.0
