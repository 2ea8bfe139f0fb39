"""Whether a figure grows with the calls: rounds of few and of many calls, and their noise.

A leak grows in proportion to the calls. What a round itself leaves behind, a cache that fills, or
another thread, doesn't: so each figure is judged by how much more the rounds of many calls have
added than the rounds of few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from gilext.core.medians import median

MANY_PER_FEW = 4
MIN_PAIRS = 4
MIN_ROUNDS = 3
NEARLY_ONE = 0.9

_SIGMAS_OF_ERROR = 2
ERRORS_TO_BE_SURE = 3
_LEAST_OF_PROPORTION = 0.5
# The scale of the median absolute deviation for a normal distribution.
_DEVIATION_PER_MAD = 1.4826


@dataclass(frozen=True, slots=True)
class Trend:
    """How a figure changed over the rounds of a stage.

    Attributes
    ----------
    per_call : float
        By how much it changes with each call.
    error : float
        Half of that figure's 95 % confidence interval, from the scatter of the rounds.
    is_sure : bool
        Whether it changed with the calls beyond its noise, in each round of many calls, and in
        proportion to the calls.
    is_known : bool
        Whether the figure could be read.
    """

    per_call: float
    error: float
    is_sure: bool
    is_known: bool = True

    @property
    def figure(self) -> float | None:
        """By how much it changes with each call; None if that couldn't be read."""
        return self.per_call if self.is_known else None

    @property
    def figure_error(self) -> float | None:
        """The error of that figure; None if it couldn't be read."""
        return self.error if self.is_known else None

    @property
    def most(self) -> float:
        """The most by which it may grow with each call."""
        return self.per_call + self.error

    @property
    def may_grow(self) -> bool:
        """Whether it is more likely to grow than not to change."""
        return self.per_call > self.error


def trend(
    none: Sequence[int],
    few: Sequence[int],
    many: Sequence[int],
    calls: int,
    least: float = 0.5,
) -> Trend:
    """Return how a figure changes with the calls.

    Parameters
    ----------
    none, few, many : sequence of int
        By how much it changed in each round without a call, in each of `calls` calls, and in each
        of four times as many.
    calls : int
        The calls of a round of few.
    least : float
        The least deviation of a round that is believed.

    Returns
    -------
    Trend
    """
    idle = median(none)  # what the measurement itself changes
    of_few, of_many = [change - idle for change in few], [change - idle for change in many]
    if min(len(few), len(many)) < MIN_PAIRS:
        return _least_of(of_few, of_many, calls)
    usual_few, usual_many = median(of_few), median(of_many)
    more_calls = (MANY_PER_FEW - 1) * calls
    per_call = (usual_many - usual_few) / more_calls
    deviation = max(least, _deviation(of_few, usual_few), _deviation(of_many, usual_many))
    error = _SIGMAS_OF_ERROR * deviation * sqrt(1 / len(few) + 1 / len(many)) / more_calls
    sign = 1 if per_call > 0 else -1
    all_calls = calls * (len(few) + MANY_PER_FEW * len(many))
    total = sum(of_few) + sum(of_many)
    in_proportion = 1 + _LEAST_OF_PROPORTION * (MANY_PER_FEW - 1)
    is_sure = (
        abs(per_call) > ERRORS_TO_BE_SURE * error
        and all(sign * change > 0 for change in of_many)
        and sign * usual_many >= in_proportion * sign * usual_few
        # A list that is cut now and then grows in most rounds.
        and sign * total >= _LEAST_OF_PROPORTION * abs(per_call) * all_calls
    )
    return Trend(per_call, error, is_sure)


def _least_of(few: Sequence[float], many: Sequence[float], calls: int) -> Trend:
    """Judge too few rounds to know the noise: each call has to leave something behind."""
    each = [change / calls for change in few]
    each += [change / (MANY_PER_FEW * calls) for change in many]
    per_call = min(each, key=abs)
    sign = 1 if per_call > 0 else -1
    is_sure = len(each) >= MIN_ROUNDS and all(sign * one >= NEARLY_ONE for one in each)
    return Trend(per_call, max(each) - min(each), is_sure)


def _deviation(changes: Sequence[float], usual: float) -> float:
    return _DEVIATION_PER_MAD * median(abs(change - usual) for change in changes)
