"""A short search for whether anything grows at all, for what is checked by the thousand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gilext.references.growth import MANY_PER_FEW
from gilext.references.rounds import Round, Watched
from gilext.references.usage import LEAST

# A page of the system's: private memory comes in no smaller pieces.
_PAGE = 4096
# Of what a leak of the smallest rate would add.
_SHARE = 0.5

_PAIRS = 3
_ENOUGH = 2
_LEAST = LEAST | {"private memory": _PAGE}


@dataclass(frozen=True, slots=True)
class Screening:
    """A screening by up to three pairs of rounds, one of few calls and one of many.

    Parameters
    ----------
    watched : Watched
        What is counted.
    call_many : callable
        Makes as many calls as it is told.
    rate : float
        The smallest rate, in leaks per call, that is seen for sure.
    """

    watched: Watched
    call_many: Callable[[int], None]
    rate: float

    def sizes(self, bearable: float) -> tuple[int, int]:
        """Return how many calls the rounds of few and of many make.

        If the number of calls in all that is bearable is too small, a leak has to show in each
        single call.
        """
        few = round(1 / self.rate)
        if bearable >= _PAIRS * few * (1 + MANY_PER_FEW):
            return few, MANY_PER_FEW * few
        return 0, 1

    def growing(self, few: int, many: int) -> frozenset[int | str]:
        """Return what grows in two of three pairs: places in the census, and names of counters.

        If nothing does in the first two, there is no third.
        """
        least = _SHARE * self.rate * (many - few)
        times: Counter[int | str] = Counter()
        for pair in range(_PAIRS):
            if pair == _ENOUGH and not times:
                break
            times.update(_growth(self._round(few), self._round(many), least))
        return frozenset(what for what, count in times.items() if count >= _ENOUGH)

    def _round(self, calls: int) -> Round:
        return self.watched.run(self.call_many, calls, with_sizes=False)


def _growth(few: Round, many: Round, least: float) -> Iterator[int | str]:
    """Yield what grew, or lost references, by more in a round of many calls."""
    for place in few.references.keys() | many.references.keys():
        if abs(many.references.get(place, 0) - few.references.get(place, 0)) >= least:
            yield place
    for name in few.usage.keys() & many.usage.keys():
        if many.usage[name] - few.usage[name] >= least * _LEAST[name]:
            yield name
