"""Question 2: whether a function releases the GIL, or detaches, and how long others stall."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from gilext._native import probe_calls, watch_calls
from gilext.checking.terms import Terms, terms_of
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
from gilext.core.environment import gil_notes, is_gil_enabled, modules_behind_gil
from gilext.core.function_names import function_name
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
        ``"releases"`` if it holds the GIL for less than half of the time in its calls. Otherwise
        ``"shares"`` if it hands the GIL over when another thread requests it, as Python code does:
        in more than two tenths of a call, or after less than a fifth of the call's CPU time and not
        always at the same places. ``"holds"`` if it runs on for longer, on average, or until the
        call ends; a call of less than 0.2 ms has to end first. Without a GIL these are
        ``"detaches"``, ``"shares"`` and ``"stays attached"``: what counts is whether its thread is
        attached, and whether it stops when the world is to stop.
        ``"not enough evidence"`` if calls take less than 2 µs, if fewer than 50 samples fell into
        them, or if there were too few requests to tell "holds" from "shares"; for calls that hand
        the GIL over, that also takes calls of at least 0.2 ms; or if the GIL came back while it was
        checked.
    reason : str or None
        What is missing, if there is not enough evidence.
    held_fraction, held_error : float or None
        The share of the time inside its calls in which its thread held the GIL, and half of the
        95 % confidence interval. Time in which that thread waited for a core isn't counted. None
        if no sample fell into a call, or without a GIL.
    attached_fraction, attached_error : float or None
        The same for the time in which its thread was attached, as its thread state says. With a
        GIL, a thread is attached while it holds it. None before CPython 3.13.
    longest_hold_seconds : float
        The longest span within one call in which each sample found it holding the GIL, or attached
        if there is none. It may have released the GIL, or detached, briefly between two samples;
        how long another thread had to wait is `stall_seconds`.
    stall_seconds, median_stall_seconds : float or None
        How long a native thread that requested the GIL inside a call had to wait for it: the
        longest wait, and the median. Without a GIL, how long one waited that stopped the world
        inside a call; other threads that stayed attached kept it waiting too. None if there was no
        request.
    calls : int
        How often the function was called to measure the fraction.
    call_seconds : float
        What a call took on average.
    no_core_seconds : float
        For how much of that its thread could have run and had no core; 0 if the system doesn't
        count that.
    samples, requests : int
        How many samples fell into a call, and how often the GIL, or a stop of the world, was
        requested in one.
    grants_per_call : float or None
        How often a call handed the GIL over to a thread that kept requesting it, or stopped for
        one that kept stopping the world. None if none did, because the function releases the GIL
        or detaches.
    run_on_fraction : float or None
        For which share of its CPU time it ran on, on average, before it granted such a request: 1
        for C code that holds the GIL, nearly 0 for Python code. None if no request was seen.
    gil_enabled : bool
        Whether the interpreter had a GIL when the check began.
    gil_modules : tuple of str or None
        The loaded modules that need it, if the GIL of a free-threaded build has come back unasked.
    """

    function: str
    verdict: Verdict
    reason: str | None
    held_fraction: float | None
    held_error: float | None
    attached_fraction: float | None
    attached_error: float | None
    longest_hold_seconds: float
    stall_seconds: float | None
    median_stall_seconds: float | None
    calls: int
    call_seconds: float
    no_core_seconds: float
    samples: int
    requests: int
    grants_per_call: float | None
    run_on_fraction: float | None
    gil_enabled: bool
    gil_modules: tuple[str, ...] | None = None

    @property
    def terms(self) -> Terms:
        """The words for the interpreter that it ran on."""
        return terms_of(self.gil_enabled)

    @property
    def kept(self) -> tuple[float | None, float | None]:
        """The fraction by which it is judged and its error: held, or attached without a GIL."""
        if self.gil_enabled:
            return self.held_fraction, self.held_error
        return self.attached_fraction, self.attached_error

    @property
    def kept_seconds(self) -> tuple[float | None, float | None]:
        """For how long a call holds the GIL, or is attached without one, and that figure's error.

        What a call waits for a core isn't part of it.
        """
        fraction, error = self.kept
        if fraction is None or error is None:
            return None, None
        seconds = max(0.0, self.call_seconds - self.no_core_seconds)
        return fraction * seconds, error * seconds

    def report(self) -> Report:
        """Return the figures as a list."""
        terms = self.terms
        figures = facts(
            ("function", self.function),
            ("verdict", f"{self.verdict}: {self.reason}" if self.reason else self.verdict),
            (terms.kept, self._kept()),
            (terms.longest_kept, in_words(self.longest_hold_seconds)),
            (terms.waited, self._waits()),
            ("calls", f"{self.calls:,}, {in_words(self.call_seconds)} each"),
        )
        return Report(body=(figures,), notes=gil_notes(self.gil_modules))

    def _kept(self) -> str:
        fraction, error = self.kept
        if fraction is None or error is None:
            return "unknown: no sample fell into a call"
        return f"{fraction:.1%} ± {error:.1%} of its time"

    def _waits(self) -> str:
        if self.stall_seconds is None or self.median_stall_seconds is None:
            return f"unknown: {self.terms.no_request}"
        return (
            f"{in_words(self.median_stall_seconds)} median, {in_words(self.stall_seconds)} "
            f"longest of {self.requests}"
        )


@dataclass(slots=True)
class _Seen:
    """What was measured so far."""

    gil_enabled: bool
    knows_attachment: bool = False
    windows: list[tuple[int, int, int]] = field(default_factory=list)
    calls: int = 0
    inside_seconds: float = 0.0
    no_core_seconds: float = 0.0
    longest_hold_seconds: float = 0.0
    stalls_ns: list[int] = field(default_factory=list)
    stalls: int = 0
    longest_stall_ns: int = 0
    requests: Requests = field(default_factory=Requests)

    @property
    def samples(self) -> int:
        return sum(samples for samples, *_ in self.windows)

    @property
    def call_seconds(self) -> float:
        return self.inside_seconds / self.calls

    @property
    def held(self) -> tuple[float, float] | tuple[None, None]:
        windows = [(samples, held) for samples, held, _ in self.windows if self.gil_enabled]
        return fraction_and_error(windows) or (None, None)

    @property
    def attached(self) -> tuple[float, float] | tuple[None, None]:
        is_known = self.knows_attachment
        windows = [(samples, attached) for samples, _, attached in self.windows if is_known]
        return fraction_and_error(windows) or (None, None)

    @property
    def fraction(self) -> float | None:
        return (self.held if self.gil_enabled else self.attached)[0]

    def judge(self) -> Judgement:
        if is_gil_enabled() != self.gil_enabled:
            return Judgement("not enough evidence", "the GIL came back while it was checked")
        return judge(
            self.gil_enabled, self.call_seconds, self.samples, self.fraction, self.requests
        )


def check(fn: Callable[..., object], /, *args: Any, seconds: float = 0.5, **kwargs: Any) -> Checkup:
    """Call a function repeatedly, and see what it does with the GIL.

    The calls are made from C. In the first half of the time, a native thread that never takes
    the GIL samples whether the calling thread holds it; only samples inside a call count. In the
    third quarter, a native thread requests the GIL now and then, and times how long it waits. In
    the last quarter, if the function was seen holding the GIL, it keeps requesting it.

    Without a GIL, the samples tell whether the calling thread is attached, and the requests are
    stops of the world: each attached thread of the process has to stop for a moment.

    If that isn't enough to be sure, as with long calls or while every core is busy, each part
    continues: up to eight times as long in total, and until the current call ends.

    Parameters
    ----------
    fn : callable
        What to call.
    *args, **kwargs
        What to call it with. A keyword named ``seconds`` is check's own: to pass one on, use
        ``functools.partial(fn, seconds=...)``.
    seconds : float
        How long to keep calling, above 0; up to eight times as long if needed. Each part makes at
        least one call.

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
    seen = _Seen(is_gil_enabled())
    _sample(seen, partial(watch_calls, fn, args, kwargs), seconds / 2, deadline)
    probe = partial(probe_calls, fn, args, kwargs)
    _time_stalls(seen, probe, seconds / 4, deadline)
    _keep_requesting(seen, probe, seconds / 4, deadline)
    return _checkup(function_name(fn), seen)


def _sample(
    seen: _Seen, watch: Callable[..., dict[str, Any]], seconds: float, deadline: float
) -> None:
    """See how much of the time the calls hold the GIL."""
    while True:
        found = watch(seconds, _SAMPLE_INTERVAL)
        seen.windows += found["windows"]
        seen.knows_attachment = found["knows_attachment"]
        seen.calls += found["calls"]
        seen.inside_seconds += found["inside_ns"] * 1e-9
        seen.no_core_seconds += found["no_core_ns"] * 1e-9
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
    if seen.fraction is None or seen.fraction < 0.5:
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
    held_fraction, held_error = seen.held
    attached_fraction, attached_error = seen.attached
    return Checkup(
        function=function,
        verdict=judgement.verdict,
        reason=judgement.reason,
        held_fraction=held_fraction,
        held_error=held_error,
        attached_fraction=attached_fraction,
        attached_error=attached_error,
        longest_hold_seconds=seen.longest_hold_seconds,
        stall_seconds=seen.longest_stall_ns * 1e-9 if seen.stalls else None,
        median_stall_seconds=median(seen.stalls_ns) * 1e-9 if seen.stalls else None,
        calls=seen.calls,
        call_seconds=seen.call_seconds,
        no_core_seconds=seen.no_core_seconds / seen.calls,
        samples=seen.samples,
        requests=seen.stalls,
        grants_per_call=seen.requests.grants_per_call,
        run_on_fraction=seen.requests.run_on_fraction,
        gil_enabled=seen.gil_enabled,
        gil_modules=modules_behind_gil(),
    )
