"""Question 2: whether a function releases the GIL, and how long other threads stall."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from gilext._native import probe_calls, watch_calls
from gilext.checking.verdict import (
    MIN_CALL_SECONDS,
    MIN_REQUESTS,
    MIN_SAMPLES,
    MIN_SHARED_CALL_SECONDS,
    Judgement,
    Requests,
    Verdict,
    fraction_and_error,
    judge,
)
from gilext.core.checks import check_callable, check_seconds
from gilext.core.environment import is_gil_enabled
from gilext.core.medians import median
from gilext.core.report import Report, facts
from gilext.core.results import Result
from gilext.core.switch_interval import switch_interval
from gilext.core.units import in_words

MAX_STRETCH = 8

_SAMPLE_INTERVAL = 100e-6
_REQUEST_INTERVAL = 1e-3
_REQUESTS_PER_CALL = 50
_BATCH_SECONDS = 1e-3


@dataclass(frozen=True, slots=True)
class Checkup(Result):
    """What `check` found.

    Attributes
    ----------
    function : str
        What was called.
    verdict : str
        ``"releases"`` if it holds the GIL for less than half of the time in its calls. Else
        ``"shares"`` if it gives the GIL away when another thread requests it, as Python code
        does: in more than two tenths of a call, or after less than a fifth of the call's CPU
        time and not always at the same places. ``"holds"`` if it runs on for longer, on average,
        or until the call ends; a call of less than 0.2 ms has to end first. ``"no GIL"`` if
        there is none. ``"not enough evidence"`` if calls take less than 2 µs; if fewer than 50
        samples fell into them; or if requests were too few to tell "holds" from "shares", which
        also takes calls of 0.2 ms if they give the GIL away.
    reason : str or None
        What is missing, if there is not enough evidence.
    held_fraction, held_error : float or None
        The part of the time inside its calls in which its thread held the GIL, and half of the
        95 % confidence interval. Time in which that thread waited for a core isn't counted. None
        if no sample fell into a call.
    longest_hold_seconds : float
        The longest span, in one call, in which each sample found it holding the GIL. It may have
        released the GIL for a moment between two samples; what another thread had to wait is
        `stall_seconds`.
    stall_seconds, median_stall_seconds : float or None
        How long a native thread had to wait for the GIL that requested it inside a call: the
        longest, and the median. None if there was no request.
    calls : int
        How often the function was called to measure the fraction.
    call_seconds : float
        What a call took on average.
    samples, requests : int
        How many samples fell into a call, and how often the GIL was requested in one.
    grants_per_call : float or None
        How often a call gave the GIL away to a thread that kept requesting it. None if nobody
        did, as it releases the GIL.
    run_on_fraction : float or None
        For what part of its CPU time it ran on, on average, before it granted such a request: 1
        for C code that holds the GIL, nearly 0 for Python code. None if that wasn't seen.
    """

    function: str
    verdict: Verdict
    reason: str | None
    held_fraction: float | None
    held_error: float | None
    longest_hold_seconds: float
    stall_seconds: float | None
    median_stall_seconds: float | None
    calls: int
    call_seconds: float
    samples: int
    requests: int
    grants_per_call: float | None
    run_on_fraction: float | None

    def report(self) -> Report:
        """Return the figures as a list."""
        figures = facts(
            ("function", self.function),
            ("verdict", f"{self.verdict}: {self.reason}" if self.reason else self.verdict),
            ("held", self._held()),
            ("longest hold seen", in_words(self.longest_hold_seconds)),
            ("wait for the GIL", self._waits()),
            ("calls", f"{self.calls:,}, {in_words(self.call_seconds)} each"),
        )
        return Report(body=(figures,))

    def _held(self) -> str:
        if self.held_fraction is None or self.held_error is None:
            return "unknown: no sample fell into a call"
        return f"{self.held_fraction:.1%} ± {self.held_error:.1%} of its time"

    def _waits(self) -> str:
        if self.stall_seconds is None or self.median_stall_seconds is None:
            return "unknown: nobody requested it inside a call"
        return (
            f"{in_words(self.median_stall_seconds)} median, {in_words(self.stall_seconds)} "
            f"longest of {self.requests}"
        )


@dataclass(slots=True)
class _Seen:
    """What was measured up to now."""

    windows: list[tuple[int, int]] = field(default_factory=list)
    calls: int = 0
    inside_seconds: float = 0.0
    longest_hold_seconds: float = 0.0
    stalls_ns: list[int] = field(default_factory=list)
    stalls: int = 0
    longest_stall_ns: int = 0
    requests: Requests = field(default_factory=Requests)

    @property
    def samples(self) -> int:
        return sum(samples for samples, _ in self.windows)

    @property
    def call_seconds(self) -> float:
        return self.inside_seconds / self.calls

    @property
    def fraction(self) -> float | None:
        found = fraction_and_error(self.windows)
        return found[0] if found else None

    def judge(self) -> Judgement:
        return judge(
            is_gil_enabled(), self.call_seconds, self.samples, self.fraction, self.requests
        )


def check(fn: Callable[..., object], /, *args: Any, seconds: float = 0.5, **kwargs: Any) -> Checkup:
    """Call a function again and again, and see what it does with the GIL.

    The calls are made from C. In the first half of the time, a native thread that never takes
    the GIL samples whether the calling thread holds it, and only what falls into a call counts.
    In the third quarter, a native thread requests the GIL now and then, and times how long it
    waits. In the last, if the function was seen to hold the GIL, it keeps requesting it.

    Where that isn't enough to be sure, as with long calls or on a machine whose cores are all
    taken, each part goes on: up to eight times as long in all, and until the call ends that it
    is in.

    Parameters
    ----------
    fn : callable
        What to call.
    *args, **kwargs
        What to call it with. A keyword named ``seconds`` is check's own: to pass one on, use
        ``functools.partial(fn, seconds=...)``.
    seconds : float
        How long to go on, above 0; up to eight times as long where that is needed. Each part
        makes at least one call.

    Returns
    -------
    Checkup

    Raises
    ------
    TypeError, ValueError
        When `fn` can't be called, or `seconds` isn't a number above 0.
    UnsupportedInterpreter
        When the layout of the interpreter's GIL is unknown.
    RuntimeError
        In a child process that `fn` forked and from which it returns.
    Exception
        Whatever `fn` raises.
    """
    check_callable("fn", fn)
    seconds = check_seconds("seconds", seconds, is_open=True)
    deadline = time.monotonic() + MAX_STRETCH * seconds
    seen = _Seen()
    _sample(seen, partial(watch_calls, fn, args, kwargs), seconds / 2, deadline)
    probe = partial(probe_calls, fn, args, kwargs)
    _time_stalls(seen, probe, seconds / 4, deadline)
    _keep_requesting(seen, probe, seconds / 4, deadline)
    return _checkup(getattr(fn, "__qualname__", repr(fn)), seen)


def _sample(
    seen: _Seen, watch: Callable[..., dict[str, Any]], seconds: float, deadline: float
) -> None:
    """See how much of the time the calls hold the GIL."""
    while True:
        found = watch(seconds, _SAMPLE_INTERVAL)
        seen.windows += found["windows"]
        seen.calls += found["calls"]
        seen.inside_seconds += found["inside_ns"] * 1e-9
        seen.longest_hold_seconds = max(seen.longest_hold_seconds, found["longest_hold_ns"] * 1e-9)
        is_enough = seen.samples >= MIN_SAMPLES or seen.call_seconds < MIN_CALL_SECONDS
        if is_enough or time.monotonic() >= deadline:
            return


def _time_stalls(
    seen: _Seen, probe: Callable[..., dict[str, Any]], seconds: float, deadline: float
) -> None:
    """Request the GIL now and then, and see how long that takes."""
    while True:
        found = probe(seconds, _REQUEST_INTERVAL, 0.0)
        seen.stalls += found["requests"]
        seen.stalls_ns += found["stalls_ns"]
        seen.longest_stall_ns = max(seen.longest_stall_ns, found["longest_stall_ns"])
        if seen.stalls >= MIN_REQUESTS or time.monotonic() >= deadline:
            return


def _keep_requesting(
    seen: _Seen, probe: Callable[..., dict[str, Any]], seconds: float, deadline: float
) -> None:
    """Request the GIL all the time, and see where calls that hold it give it away.

    The thread requests it fifty times per call, and the switch interval, after which the holder
    is told, is shortened to match. C code that holds the GIL grants a request at most where
    Python code calls it or goes on after it, however often it is told.
    """
    if seen.fraction is None or seen.fraction < 0.5 or not is_gil_enabled():
        return
    interval = max(seen.call_seconds / _REQUESTS_PER_CALL, 1e-6)
    batch = _BATCH_SECONDS if seen.call_seconds < MIN_SHARED_CALL_SECONDS else 0.0
    with switch_interval(min(interval, sys.getswitchinterval())):
        while seen.judge().more_may_help:
            found = probe(seconds, interval, batch)
            seen.requests += Requests(
                calls=found["calls"],
                cpu_seconds=found["cpu_ns"] * 1e-9,
                requested_calls=found["requested_calls"],
                grants=found["grants"],
                refusals=found["refusals"],
                calls_at=tuple(found["calls_at"]),
                seen_seconds=found["seen_cpu_ns"] * 1e-9,
                unheeded_seconds=found["unheeded_cpu_ns"] * 1e-9,
            )
            if time.monotonic() >= deadline:
                return


def _checkup(function: str, seen: _Seen) -> Checkup:
    judgement = seen.judge()
    fraction, error = fraction_and_error(seen.windows) or (None, None)
    return Checkup(
        function=function,
        verdict=judgement.verdict,
        reason=judgement.reason,
        held_fraction=fraction,
        held_error=error,
        longest_hold_seconds=seen.longest_hold_seconds,
        stall_seconds=seen.longest_stall_ns * 1e-9 if seen.stalls else None,
        median_stall_seconds=median(seen.stalls_ns) * 1e-9 if seen.stalls else None,
        calls=seen.calls,
        call_seconds=seen.call_seconds,
        samples=seen.samples,
        requests=seen.stalls,
        grants_per_call=seen.requests.grants_per_call,
        run_on_fraction=seen.requests.run_on_fraction,
    )
