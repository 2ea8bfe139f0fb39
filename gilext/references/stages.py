"""What a search has seen: the rounds of a stage, and what changes with the calls in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gilext.references.growth import MIN_PAIRS, MIN_ROUNDS, Trend, trend
from gilext.references.rounds import Round
from gilext.references.usage import EXPLAINED_BY_OTHERS, LEAST


@dataclass(slots=True)
class Stage:
    """Rounds of the same two sizes.

    Attributes
    ----------
    calls : int
        How many calls a round of few makes; one of many makes four times as many.
    none, few, many : list of Round
        The rounds without a call, of few and of many.
    """

    calls: int
    none: list[Round] = field(default_factory=list)
    few: list[Round] = field(default_factory=list)
    many: list[Round] = field(default_factory=list)

    @property
    def smallest_rate(self) -> float | None:
        """The smallest rate that would have been seen: one in the rounds of few, on average.

        None if there were too few rounds to see any.
        """
        if len(self.many) >= MIN_PAIRS:
            return 1 / self.calls
        return 1.0 if len(self.few) + len(self.many) >= MIN_ROUNDS else None

    def usage(self, name: str) -> Trend:
        """Return how a counter changes with the calls."""
        sizes = (self.none, self.few, self.many)
        if any(name not in one.usage for rounds in sizes for one in rounds):
            return Trend(0.0, 0.0, is_sure=False, is_known=False)
        none, few, many = ([one.usage[name] for one in rounds] for rounds in sizes)
        return trend(none, few, many, self.calls, 0.5 * LEAST[name])

    def references(self) -> dict[int, Trend]:
        """Return how the references to objects change, by their place in the census."""
        return self._trends(lambda one: one.references)

    def sizes(self) -> dict[int, Trend]:
        """Return how containers grow, by their place in the census."""
        return self._trends(lambda one: one.sizes)

    def _trends(self, of: Callable[[Round], dict[int, int]]) -> dict[int, Trend]:
        found = {}
        # What changes with the calls has changed in most rounds of many, if time allowed any.
        larger = self.many or self.few
        for place in {place for one in larger for place in of(one)}:
            none, few, many = (
                [of(one).get(place, 0) for one in rounds]
                for rounds in (self.none, self.few, self.many)
            )
            if 2 * sum(change != 0 for change in many or few) >= len(larger):
                found[place] = trend(none, few, many, self.calls)
        return found


@dataclass(slots=True)
class Found:
    """What a search has seen in a stage.

    Attributes
    ----------
    stage : Stage
        The rounds.
    references, sizes : dict of int to Trend
        The objects of the census that get more references, or lose some, and those that get more
        items or fewer.
    usage : dict of str to Trend
        Each counter.
    growing : tuple of str
        The counters that grow beyond doubt.
    possible : tuple of str
        What may grow: it takes more calls to be sure.
    calls, rounds : int
        How many calls and rounds there were in all stages.
    calls_to_explain : int
        How many calls there is time for to see what they leave behind.
    is_out_of_time : bool
        Whether more time would have allowed more calls, and those would have told more.
    """

    stage: Stage
    references: dict[int, Trend]
    sizes: dict[int, Trend]
    usage: dict[str, Trend]
    growing: tuple[str, ...]
    possible: tuple[str, ...]
    calls: int = 0
    rounds: int = 0
    calls_to_explain: int = 1
    is_out_of_time: bool = False

    @property
    def smallest_rate(self) -> float | None:
        """The smallest rate, in references per call, that the stage would have shown, if any."""
        return self.stage.smallest_rate

    @property
    def is_loss(self) -> bool:
        """Whether references are lost."""
        return any(trend.per_call < 0 for trend in self.references.values())

    @property
    def leaks(self) -> bool:
        """Whether something grows, or references are lost, beyond doubt."""
        return bool(self.references or self.sizes or self.growing)

    def is_settled(self, before: Found | None) -> bool:
        """Return whether more calls would tell no more than the stage before and this one."""
        sure = frozenset(self.references) | frozenset(self.growing)
        doubts = frozenset(self.possible)
        if sure - EXPLAINED_BY_OTHERS:
            sure, doubts = sure - EXPLAINED_BY_OTHERS, doubts - EXPLAINED_BY_OTHERS
        if self.sizes:
            doubts -= {"heap"}  # a list that grows is moved now and then
        if before is None:
            return not sure and not doubts
        return not doubts and sure <= frozenset(before.references) | frozenset(before.growing)
