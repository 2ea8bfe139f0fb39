"""Question 2: whether a function releases the GIL, and how long other threads stall."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, sqrt
from statistics import median
from typing import Any

from gilext._native import HANDOVER_PLACES, probe_calls, watch_calls
from gilext.core.environment import is_gil_enabled
from gilext.core.report import Report, facts
from gilext.core.results import Result

SHORTEST_CALL_SECONDS = 2e-6
SHORTEST_SHARED_CALL_SECONDS = 1e-3
FEWEST_LOOKS = 50
MOST_HANDOVERS_OF_HOLDING = 2
FEWEST_HANDOVERS = 10

_HANDOVERS_BY_CHANCE = 0.001
_ENDS = {0, HANDOVER_PLACES - 1}
_PLACES_BY_CHANCE = 0.05
_LOOK_INTERVAL = 100e-6
_PROBE_INTERVAL = 1e-3


@dataclass(frozen=True, slots=True)
class Checkup(Result):
    """What `check` found.

    Attributes
    ----------
    function : str
        What was called.
    verdict : str
        By this rule: ``"no GIL"`` where there is none; ``"too short to tell: …"`` where a call
        takes less than 2 µs, or the looks that fell into calls were fewer than 50;
        ``"releases"`` where it held the GIL for less than half of its time; ``"shares"`` where
        it held it longer, but a thread that kept asking got it at more than two places in a
        call; ``"holds"`` where that thread got it at one or two, or nowhere. Fewer than 10
        handovers, of which some are neither at the beginning nor at the end, are too few to tell
        these two apart. In calls of less than 1 ms, places can't be told, and handovers are
        counted: more than two a call are ``"shares"``, none ``"holds"``, others too few.
    held_fraction, held_error : float
        The part of the time inside its calls in which its thread held the GIL, and half of the
        95 % confidence interval (Wilson's, from the number of looks).
    longest_hold_seconds : float
        The longest unbroken hold that was seen in one call.
    stall_seconds, median_stall_seconds : float
        How long a native thread had to wait for the GIL that asked for it inside a call: the
        longest, and the median.
    calls : int
        How often the function was called to measure the fraction.
    call_seconds : float
        What a call took on average.
    looks, probes : int
        How many looks fell into a call, and how often the GIL was asked for in one.
    handovers_per_call : float
        How often a call gave the GIL away to a thread that kept asking; 0 where it wasn't asked
        because it releases.
    handover_places : int
        In how many tenths of its CPU time a call did so, in one of twenty calls at least: 10 for
        Python code, 1 for C code that holds the GIL and is called by a few lines of Python.
    """

    function: str
    verdict: str
    held_fraction: float
    held_error: float
    longest_hold_seconds: float
    stall_seconds: float
    median_stall_seconds: float
    calls: int
    call_seconds: float
    looks: int
    probes: int
    handovers_per_call: float
    handover_places: int

    def report(self) -> Report:
        """Return the figures as a list."""
        held = f"{self.held_fraction:.1%} ± {self.held_error:.1%} of its time"
        waits = (
            f"{self.median_stall_seconds * 1e3:.3g} ms median, "
            f"{self.stall_seconds * 1e3:.3g} ms longest of {self.probes}"
        )
        figures = facts(
            ("function", self.function),
            ("verdict", self.verdict),
            ("held", held),
            ("longest hold seen", f"{self.longest_hold_seconds * 1e3:.3g} ms"),
            ("wait for the GIL", waits),
            ("calls", f"{self.calls}, {self.call_seconds * 1e3:.3g} ms each"),
        )
        return Report(body=(figures,))


@dataclass(frozen=True, slots=True)
class Handovers:
    """What became of asking for the GIL all the time, while calls were made.

    Attributes
    ----------
    asked_calls : int
        In how many calls somebody asked while the call held the GIL.
    answers : int
        How often a call gave it away.
    calls_at : tuple of int
        How many calls did so in each tenth of their CPU time.
    """

    asked_calls: int = 0
    answers: int = 0
    calls_at: tuple[int, ...] = (0,) * HANDOVER_PLACES

    @property
    def a_call(self) -> float:
        """How often a call gave it away."""
        return self.answers / self.asked_calls if self.asked_calls else 0.0

    @property
    def places(self) -> tuple[int, ...]:
        """The tenths in which more calls did so than chance explains."""
        fewest = max(1.0, _PLACES_BY_CHANCE * self.asked_calls)
        return tuple(place for place, calls in enumerate(self.calls_at) if calls >= fewest)


def check(fn: Callable[..., object], /, *args: Any, seconds: float = 0.5, **kwargs: Any) -> Checkup:
    """Call a function again and again, and see what it does with the GIL meanwhile.

    The calls are made from C. In the first half of the time, a native thread that never takes
    the GIL looks whether the calling thread holds it, and only what falls into a call counts.
    In the third quarter, a native thread asks for the GIL now and then, and times the answer.
    In the last, where the function was seen to hold the GIL, it keeps asking.

    On a machine whose cores are all taken, these threads run late. What they are late by isn't
    counted: each part goes on until it has had its time, or up to eight times as long.

    Parameters
    ----------
    fn : callable
        What to call.
    *args, **kwargs
        What to call it with. A keyword named ``seconds`` can't be passed on: wrap the function.
    seconds : float
        How long to go on, above 0. Each part makes at least one call, and long calls are made
        until the looking thread has been awake eight times, or for eight times as long.

    Returns
    -------
    Checkup

    Raises
    ------
    TypeError, ValueError
        When `fn` can't be called, or `seconds` isn't a number above 0.
    UnsupportedInterpreter
        Where the layout of the interpreter's GIL is unknown.
    Exception
        Whatever `fn` raises.
    """
    if not callable(fn):
        raise TypeError(f"argument 'fn' must be callable, not {type(fn).__name__}")
    if not isinstance(seconds, int | float):
        raise TypeError(f"argument 'seconds' must be a real number, not {type(seconds).__name__}")
    if not (isfinite(seconds) and seconds > 0):
        raise ValueError(f"argument 'seconds' must be above 0 and finite, not {seconds!r}")
    seen = watch_calls(fn, args, kwargs, seconds / 2, _LOOK_INTERVAL)
    call_seconds = seen["inside_ns"] / seen["calls"] * 1e-9
    fraction, error = fraction_of(seen["looks_held"], seen["looks"])
    stalls = probe_calls(fn, args, kwargs, seconds / 4, _PROBE_INTERVAL)["stalls_ns"]
    handovers = Handovers()
    if fraction >= 0.5:
        handovers = _handovers(fn, args, kwargs, seconds / 4, call_seconds)
    return Checkup(
        function=getattr(fn, "__qualname__", repr(fn)),
        verdict=verdict_of(is_gil_enabled(), call_seconds, seen["looks"], fraction, handovers),
        held_fraction=fraction,
        held_error=error,
        longest_hold_seconds=seen["longest_hold_ns"] * 1e-9,
        stall_seconds=max(stalls, default=0) * 1e-9,
        median_stall_seconds=median(stalls) * 1e-9 if stalls else 0.0,
        calls=seen["calls"],
        call_seconds=call_seconds,
        looks=seen["looks"],
        probes=len(stalls),
        handovers_per_call=handovers.a_call,
        handover_places=len(handovers.places),
    )


def _handovers(
    fn: Callable[..., object],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    seconds: float,
    call_seconds: float,
) -> Handovers:
    """Keep asking for the GIL while calls are made, and see where they give it away.

    The thread asks fifty times a call, and the switch interval, after which the holder is told,
    is shortened to match. C code that holds the GIL hands it over at most where Python code
    calls it or goes on after it, however often it is asked.
    """
    often = max(call_seconds / 50, 1e-6)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(min(interval, often))
    try:
        asked = probe_calls(fn, args, kwargs, seconds, often)
    finally:
        sys.setswitchinterval(interval)
    return Handovers(asked["asked_calls"], asked["answers"], tuple(asked["calls_at"]))


def fraction_of(hits: int, looks: int) -> tuple[float, float]:
    """Return a fraction and half of its 95 % confidence interval, after Wilson (1927)."""
    if looks == 0:
        return 0.0, 1.0
    fraction, z = hits / looks, 1.96
    half = z * sqrt(fraction * (1 - fraction) / looks + z**2 / (4 * looks**2)) / (1 + z**2 / looks)
    shift = abs((fraction + z**2 / (2 * looks)) / (1 + z**2 / looks) - fraction)
    return fraction, half + shift


def verdict_of(
    gil_enabled: bool, call_seconds: float, looks: int, fraction: float, handovers: Handovers
) -> str:
    """Apply the rule that `Checkup` states."""
    if not gil_enabled:
        return "no GIL"
    if call_seconds < SHORTEST_CALL_SECONDS:
        return _too_short(call_seconds, f"{SHORTEST_CALL_SECONDS * 1e6:g} µs")
    if looks < FEWEST_LOOKS:
        return _too_short(call_seconds, f"{FEWEST_LOOKS} looks but had {looks}")
    if fraction < 0.5:
        return "releases"
    if call_seconds < SHORTEST_SHARED_CALL_SECONDS:
        if handovers.a_call > MOST_HANDOVERS_OF_HOLDING:
            return "shares"
        if handovers.a_call > _HANDOVERS_BY_CHANCE:
            return _too_short(call_seconds, f"{SHORTEST_SHARED_CALL_SECONDS * 1e3:g} ms")
        return "holds"
    if len(handovers.places) > MOST_HANDOVERS_OF_HOLDING:
        return "shares"
    if handovers.answers < FEWEST_HANDOVERS and not _ENDS.issuperset(handovers.places):
        return _too_short(call_seconds, f"{FEWEST_HANDOVERS} handovers but had {handovers.answers}")
    return "holds"


def _too_short(call_seconds: float, needs: str) -> str:
    return f"too short to tell: {call_seconds * 1e6:.2g} µs a call, needs {needs}"
