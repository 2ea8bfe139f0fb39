"""Checks one test for leaks: a short screening, and a search if anything grows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any

import pytest

from gilext._native import is_immortal
from gilext.core.units import in_words
from gilext.integrations.pytest_leak_claims import LeakClaim
from gilext.integrations.pytest_rerun import NotJudged, Rerunner
from gilext.references.growth import MANY_PER_FEW, MIN_PAIRS
from gilext.references.judging import Judge, Verdict, find_leaks
from gilext.references.leak_report import Leak
from gilext.references.object_names import SINGLETONS, ObjectNames
from gilext.references.rounds import Watched
from gilext.references.screening import Screening
from gilext.references.search import Progress, Search
from gilext.references.wording import in_doubt, in_one_sentence

# The fewest runs that tell anything: two before anything is counted, and three rounds of one.
_FEWEST_RUNS = 2 + 3
# Garbage of the old generation isn't collected first: that takes as long as the rest.
_YOUNG = 1

# The rounds of few of the search, in those of the screening.
_JUDGED_PER_SCREENED = 4
# What the rounds of a stage of the search run in all, in runs of a round of few.
_PER_STAGE = MIN_PAIRS * (1 + MANY_PER_FEW)


@dataclass(slots=True)
class LeakOutcome:
    """What the check of a test has found.

    Attributes
    ----------
    leaks, possible : list of Leak
        What the test leaks beyond doubt, and what it may leak; nothing that it is allowed to.
    reason : str
        Why it couldn't be judged; empty if it could.
    runs : int
        How often it ran again.
    seconds : float
        How long that took.
    """

    leaks: list[Leak] = field(default_factory=list)
    possible: list[Leak] = field(default_factory=list)
    reason: str = ""
    runs: int = 0
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """What leaks, or may, in words."""
        if self.leaks:
            return in_one_sentence([leak.text for leak in self.leaks])
        return f"may {in_doubt(self.possible[0].text)}" if self.possible else ""

    def to_dict(self) -> dict[str, Any]:
        """Return it in a form that can travel from a worker of xdist."""
        return {
            "leaks": bool(self.leaks),
            "text": self.text,
            "badness": list(self._badness()),
            "reason": self.reason,
            "runs": self.runs,
            "seconds": self.seconds,
        }

    def _badness(self) -> tuple[float, float, float]:
        return (
            sum(leak.kind == "lost reference" for leak in self.leaks),
            sum(leak.size_bytes or 0.0 for leak in self.leaks),
            sum(abs(leak.per_call) for leak in self.leaks),
        )


def check_test(
    item: pytest.Function,
    rerunner: Rerunner,
    claim: LeakClaim,
    run_seconds: float,
    progress: Progress,
) -> LeakOutcome:
    """Run a test again until it is sure whether it leaks, or time is out.

    Parameters
    ----------
    item : pytest.Function
        The test, which has passed.
    rerunner : Rerunner
        Runs it.
    claim : LeakClaim
        What it may leak, and for how long it may be checked.
    run_seconds : float
        How long its first run took.
    progress : callable
        Called as ``progress(passed, seconds)``.

    Returns
    -------
    LeakOutcome
    """
    outcome, start = LeakOutcome(), time.perf_counter()
    try:
        _check_time(run_seconds, 1, claim.seconds)
        with rerunner.quiet():
            verdict = _Check(item, rerunner.run_many, claim, progress).verdict()
    except NotJudged as reason:
        outcome.reason = str(reason)
    else:
        outcome.leaks = [leak for leak in verdict.leaks if not claim.allows(leak)]
        outcome.possible = [leak for leak in verdict.possible if not claim.allows(leak)]
    outcome.runs, outcome.seconds = rerunner.runs, time.perf_counter() - start
    return outcome


class _Check:
    """The check of one test, within its time."""

    def __init__(
        self,
        item: pytest.Function,
        run_many: Callable[[int], None],
        claim: LeakClaim,
        progress: Progress,
    ) -> None:
        self._item, self._run_many, self._claim, self._progress = item, run_many, claim, progress
        self._end = time.perf_counter() + claim.seconds
        named = _named_objects(item)
        self._roots = [*named.values(), item.function]
        self._names = ObjectNames(named, item.function)

    def verdict(self) -> Verdict:
        """Return what the test leaks."""
        start = time.perf_counter()
        self._run_many(1)
        run_seconds = time.perf_counter() - start
        _check_time(run_seconds, _FEWEST_RUNS, self._claim.seconds)
        with Watched() as watched:
            watched.widen(self._roots, generation=_YOUNG)
            # What the run before has left is counted, and ends now.
            self._run_many(1)
            screening = Screening(watched, self._run_many, self._claim.rate)
            few, many = screening.sizes(0.5 * self._seconds_left / run_seconds)
            growing = screening.growing(few, many)
            if growing and few:
                # What filled at first doesn't grow again.
                growing &= screening.growing(few, many)
            if not growing:
                return Verdict([], [])
            verdict = Verdict([], [])
            size = _JUDGED_PER_SCREENED * few
            if 0 < size * _PER_STAGE * run_seconds < 0.5 * self._seconds_left:
                verdict = self._searched(watched, size)
            if verdict.leaks:
                return verdict
            try:
                return self._searched(watched)
            except NotJudged:
                if verdict.possible:
                    return verdict
                raise

    @property
    def _seconds_left(self) -> float:
        return max(0.0, self._end - time.perf_counter())

    def _searched(self, watched: Watched, calls: int | None = None) -> Verdict:
        search = Search(
            watched, self._run_many, self._roots, seconds=self._seconds_left,
            rate=self._claim.rate, calls=calls, progress=self._progress,
        )  # fmt: skip
        judge = Judge(
            self._item.name, watched, lambda: self._run_many(1), self._run_many, self._names,
            per="run",
        )  # fmt: skip
        found, verdict = find_leaks(search, judge)
        if found.smallest_rate is None and not verdict.leaks:
            raise NotJudged("time was out before it had run often enough")
        return verdict


def _check_time(run_seconds: float, runs: int, seconds: float) -> None:
    if run_seconds * runs > seconds:
        raise NotJudged(
            f"a run takes {in_words(run_seconds)}: in {in_words(seconds)} it can't be run often "
            "enough"
        )


def _named_objects(item: pytest.Function) -> dict[str, object]:
    """Return what has a name for the test: parameters, and the values of fixtures that stay."""
    callspec = getattr(item, "callspec", None)
    named = {} if callspec is None else _quoted("parameter", callspec.params)
    fixtures = {
        name: definitions[-1].cached_result[0]
        for name, definitions in item._fixtureinfo.name2fixturedefs.items()
        if definitions and definitions[-1].cached_result is not None
    }
    named |= _quoted("fixture", fixtures) | SINGLETONS
    return {name: value for name, value in named.items() if not is_immortal(value)}


def _quoted(kind: str, values: dict[str, Any]) -> dict[str, object]:
    # Types, functions and modules have better names of their own.
    return {
        f"{kind} {name!r}": value
        for name, value in values.items()
        if not isinstance(value, type | FunctionType | ModuleType)
    }
