"""The search for what grows: stages of more and more calls, until it is sure or out of time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from math import inf

from gilext.references.growth import MANY_PER_FEW, MIN_PAIRS, NEARLY_ONE, Trend
from gilext.references.rounds import Round, Watched
from gilext.references.stages import Found, Stage
from gilext.references.usage import LEAST

# How long the calls of a first round may take, and how many of them are enough.
_ROUND_SECONDS = 5e-3
# No multiple of the sizes at which lists are cut: one cut at 499 would seem to get an item in 500.
_MAX_FIRST_CALLS = 495
# What of the time the first stage may take; the rest is for finding out what leaks.
_SHARE_OF_STAGE = 0.7
_MAX_CALLS = 100_000
_MAX_CALLS_OF_LOSS = 5
_FIRST_CALLS = 3
_WARM_UP_SECONDS = 0.05
_WARM_UP_CALLS = 200

# What the rounds of a stage call in all, in calls of a round of few.
_PER_STAGE = MIN_PAIRS * (1 + MANY_PER_FEW)

_IDLE_ROUNDS = 3
_ROUNDS_PER_STAGE = 2 * MIN_PAIRS + _IDLE_ROUNDS
_SHARE_TO_EXPLAIN = 0.05

# How much a stage may leave behind.
_BEARABLE = {
    "private memory": 100 << 20,
    "heap": 100 << 20,
    "address space": 10 << 30,
    "file descriptors": 100,
    "threads": 100,
    "native threads": 100,
    "child processes": 100,
    "interpreters": 20,
}

# What a round may leave behind by chance: malloc() keeps freed pieces for each thread, and the kernel
# adds up the pages of a thread now and then.
_SLACK = {"heap": 64 << 10, "private memory": 1 << 20, "address space": 1 << 20}

Progress = Callable[[float, float], object]


class Search:
    """Runs calls in stages, each of four times as many, and looks for what grows with them.

    Parameters
    ----------
    watched : Watched
        What is counted.
    call_many : callable
        Makes as many calls as it is told.
    roots : iterable of object
        Objects to count, and what is inside them, also if the collector doesn't know them.
    seconds : float
        When to stop.
    rate : float
        The smallest rate, in leaks per call, that the search goes on for.
    calls, pairs : int or None, int
        The calls of a round of few, None to choose them, and how many rounds of each size make a
        stage.
    progress : callable, optional
        Called as ``progress(passed, seconds)`` after each round; if it returns true, time is out.
    """

    def __init__(
        self,
        watched: Watched,
        call_many: Callable[[int], None],
        roots: Iterable[object],
        *,
        seconds: float,
        rate: float,
        calls: int | None = None,
        pairs: int = MIN_PAIRS,
        progress: Progress | None = None,
    ) -> None:
        self._watched, self._call_many, self._roots = watched, call_many, list(roots)
        self._seconds, self._rate, self._calls, self._pairs = seconds, rate, calls, pairs
        self._progress = progress
        self._start = time.perf_counter()
        self._call_seconds = 0.0
        self._overhead_seconds = 0.0
        self._calls_made = self._rounds_made = 0
        self._bearable_calls = _MAX_CALLS
        self._may_lose = False

    @property
    def seconds_left(self) -> float:
        """How much of the time is left."""
        return self._seconds - (time.perf_counter() - self._start)

    @property
    def _max_calls(self) -> int:
        return min(self._bearable_calls, _MAX_CALLS_OF_LOSS if self._may_lose else _MAX_CALLS)

    def run(self) -> Found:
        """Search, and return what was found."""
        self._watched.widen(self._roots)
        self._warm_up()
        return self.run_again()

    def can_call(self, calls: float) -> bool:
        """Return whether there is time, and room, for so many calls before another search."""
        return calls <= self._max_calls and self._call_seconds * calls < 0.5 * self.seconds_left

    def run_again(self) -> Found:
        """Search, with what is there by now counted as well."""
        self._watched.widen(self._roots)
        before: Found | None = None
        calls = self._first_size()
        while True:
            stage = self._run_stage(calls)
            is_new = before is None or len(stage.many) == self._pairs
            found = before if before and not is_new else self._found_in(stage)
            if self._may_lose and not found.is_loss:
                self._may_lose = False
                calls = self._first_size()
            else:
                calls *= MANY_PER_FEW
            tells_all = found.leaks or (found.smallest_rate or inf) <= self._rate
            is_enough = is_new and tells_all and found.is_settled(before)
            if is_enough or not self._can_run(calls):
                self._doubt(found, before)
                is_short = self._calls is None and not self._has_time_for(calls)
                found.is_out_of_time = is_short and not is_enough
                found.calls_to_explain = self._calls_to_explain(found.stage.calls)
                found.calls, found.rounds = self._calls_made, self._rounds_made
                return found
            before = found

    def _doubt(self, found: Found, before: Found | None) -> None:
        """Say only that memory may grow if it did so in one stage, and by no more than chance."""
        doubtful = {
            name
            for name, slack in _SLACK.items()
            if name in found.growing and not (before and name in before.growing)
            if found.usage[name].per_call * MANY_PER_FEW * found.stage.calls < slack
        }
        found.growing = tuple(name for name in found.growing if name not in doubtful)
        found.possible += tuple(sorted(doubtful))

    def _warm_up(self) -> None:
        """Make the first calls one by one, and then some more; see what they cost."""
        idle = self._watched.run(_call_nothing, 0)
        first = [self._round(1)]
        while len(first) < _FIRST_CALLS and self.seconds_left > 2 * first[-1].seconds:
            first.append(self._round(1))
        self._call_seconds = min(one.seconds for one in first)
        self._bound_by(first, idle)
        times = min(_WARM_UP_SECONDS, 0.1 * self.seconds_left) / max(self._call_seconds, 1e-9)
        calls = min(int(times), _WARM_UP_CALLS, self._max_calls)
        if calls > 1:
            warm = self._round(calls)
            self._call_seconds = max(warm.seconds / calls, 1e-9)
            self._bound_by([warm], idle)

    def _bound_by(self, rounds: list[Round], idle: Round) -> None:
        """Make no more calls than the process can bear, if each leaves that much behind."""
        for name, most in _BEARABLE.items():
            growth = min(one.usage.get(name, 0) / one.calls for one in rounds)
            if growth > 0:
                bearable = max(1, int(most / growth) // _PER_STAGE)
                self._bearable_calls = min(self._bearable_calls, bearable)
        fallen = set.intersection(
            *(
                {
                    place
                    for place, by in one.references.items()
                    if by - idle.references.get(place, 0) <= -one.calls * NEARLY_ONE
                }
                for one in rounds
            )
        )
        self._may_lose |= bool(fallen)

    def _first_size(self) -> int:
        if self._calls is not None:
            return self._calls
        seconds = _SHARE_OF_STAGE * self.seconds_left - _ROUNDS_PER_STAGE * self._overhead_seconds
        bearable = seconds / (self._call_seconds * _PER_STAGE)
        short = min(_ROUND_SECONDS / self._call_seconds, _MAX_FIRST_CALLS)
        wanted = max(short, min(2 / self._rate, bearable))
        return max(1, min(int(wanted), self._max_calls))

    def _can_run(self, calls: int) -> bool:
        return self._calls is None and calls <= self._max_calls and self._has_time_for(calls)

    def _has_time_for(self, calls: int) -> bool:
        seconds = self._call_seconds * calls * _PER_STAGE
        return seconds + _ROUNDS_PER_STAGE * self._overhead_seconds < self.seconds_left

    def _calls_to_explain(self, calls: int) -> int:
        seconds = _SHARE_TO_EXPLAIN * self._seconds
        return max(1, min(calls, int(seconds / self._call_seconds)))

    def _run_stage(self, calls: int) -> Stage:
        stage = Stage(calls, [self._watched.run(_call_nothing, 0) for _ in range(_IDLE_ROUNDS)])
        for pair in range(self._pairs):
            if stage.few and self.seconds_left < 0:
                break
            # Few, many, many, few: what takes turns from round to round doesn't seem to grow.
            if pair % 2:
                self._add_many(stage)
            stage.few.append(self._round(calls))
            if not pair % 2:
                self._add_many(stage)
        return stage

    def _add_many(self, stage: Stage) -> None:
        calls = stage.calls * MANY_PER_FEW
        if self._call_seconds * calls < self.seconds_left or self._calls:
            stage.many.append(self._round(calls))

    def _round(self, calls: int) -> Round:
        start = time.perf_counter()
        found = self._watched.run(self._call_many, calls)
        self._overhead_seconds = time.perf_counter() - start - found.seconds
        self._calls_made += calls
        self._rounds_made += 1
        passed = self._seconds - max(0.0, self.seconds_left)
        if self._progress is not None and self._progress(passed, self._seconds):
            self._seconds = 0.0
        return found

    def _found_in(self, stage: Stage) -> Found:
        references, sizes = stage.references(), stage.sizes()
        usage = {name: stage.usage(name) for name in LEAST}
        possible = [name for name, one in usage.items() if self._may_leak(one, LEAST[name])]
        if any(self._may_leak(one, 1) for one in references.values()):
            possible.append("references to objects")
        return Found(
            stage,
            {place: one for place, one in references.items() if one.is_sure},
            {place: one for place, one in sizes.items() if one.is_sure},
            usage,
            tuple(name for name, one in usage.items() if one.is_sure and one.per_call > 0),
            tuple(possible),
        )

    def _may_leak(self, one: Trend, least: float) -> bool:
        return not one.is_sure and one.may_grow and one.most >= self._rate * least


def _call_nothing(_: int) -> None:
    """Stand for the calls of a round without any."""
