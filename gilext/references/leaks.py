"""``gilext.check_leaks()``: whether a function leaks references or memory, and of what."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from gilext._native import heap_bytes, is_immortal, refcount
from gilext.core.checks import check_callable, check_count
from gilext.core.report import Report
from gilext.core.results import Result

DEFAULT_CALLS = 200
DEFAULT_ROUNDS = 5
_MAX_CALLS = 1_000_000
_MAX_ROUNDS = 1000

# glibc gives out no less, its own words included.
_SMALLEST_OF_HEAP = 32

_SINGLETONS = {"None": None, "True": True, "False": False, "()": (), "...": ...}


@dataclass(frozen=True, slots=True)
class Leak:
    """One thing that grows with each call.

    Attributes
    ----------
    of : str
        What: ``"argument 1"``, ``"argument 'key'"``, ``"the result"``, ``"None"``, ``"memory"``,
        ``"heap"``.
    per_call : float
        How many references, blocks of memory, or bytes of the heap each call leaves behind.
    text : str
        The same in words.
    """

    of: str
    per_call: float
    text: str


@dataclass(frozen=True, slots=True)
class LeakReport(Result):
    """What `check_leaks` found.

    Attributes
    ----------
    function : str
        What was called.
    leaks : tuple of Leak
        What grew in every round; empty for a function that leaks nothing.
    calls, rounds : int
        How often it was called in a round, and in how many.
    blocks_per_call : float
        Blocks of Python's allocators, as ``sys.getallocatedblocks()`` counts them, that a call
        left behind, in the round with the fewest.
    heap_bytes_per_call : float or None
        Bytes of malloc(), likewise, also of C code; None if the C library doesn't
        tell.
    total_refs_per_call : float or None
        References of all objects together, likewise; None but in debug builds.
    traced : tuple of str
        The lines that allocated most of what is left, if it was asked for.
    """

    function: str
    leaks: tuple[Leak, ...]
    calls: int
    rounds: int
    blocks_per_call: float
    heap_bytes_per_call: float | None
    total_refs_per_call: float | None
    traced: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What was found, in a sentence."""
        if not self.leaks:
            return f"{self.function} leaks nothing in {self.calls * self.rounds} calls."
        return f"{self.function} " + "; ".join(leak.text for leak in self.leaks) + "."

    def report(self) -> Report:
        """Return the sentence, and the lines that were traced."""
        made = f"{self.rounds} rounds of {self.calls} calls"
        return Report(title=self.sentence, body=(made,), notes=self.traced)


def check_leaks(
    fn: Callable[..., object],
    /,
    *args: Any,
    raises: type[BaseException] | tuple[type[BaseException], ...] = (),
    calls: int = DEFAULT_CALLS,
    rounds: int = DEFAULT_ROUNDS,
    trace: bool = False,
    **kwargs: Any,
) -> LeakReport:
    """Call a function again and again, and see what grows.

    After a round to warm up, each round makes the same number of calls and notes how the counts
    of the arguments, of the result, of the singletons, and of memory have changed. What a
    cache, or another thread, adds now and then is missing in some round; a leak is in each. So
    only what every round has counts.

    Parameters
    ----------
    fn : callable
        What to call.
    *args, **kwargs
        What to call it with. Keywords named as the parameters here can't be passed on.
    raises : exception type or tuple of them
        What the function may raise; that too is an end of a call.
    calls, rounds : int
        How often to call it in a round, 10 to 1,000,000, and how many rounds to make, 2 to 1000.
    trace : bool
        Whether to trace, with `tracemalloc`, the lines that allocated what is left.

    Returns
    -------
    LeakReport

    Raises
    ------
    TypeError, ValueError
        When `fn` can't be called, or `calls` or `rounds` is out of its range.
    BaseException
        What `fn` raises, but for `raises`.
    """
    check_callable("fn", fn)
    calls = check_count("calls", calls, 10, _MAX_CALLS)
    rounds = check_count("rounds", rounds, 2, _MAX_ROUNDS)
    watched = _watched_objects(args, kwargs)
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        result = _call_many(fn, args, kwargs, raises, calls)
        if not is_immortal(result) and all(result is not known for known in watched.values()):
            watched["the result"] = result
        gc.collect()
        growths = [_growth(fn, args, kwargs, raises, calls, watched) for _ in range(rounds)]
        traced = _traced(fn, args, kwargs, raises, calls) if trace else ()
        own_result = _call_many(fn, args, kwargs, raises, 1)
        result_has_more = (
            own_result is not result and not is_immortal(own_result) and refcount(own_result) > 1
        )
    finally:
        if was_enabled:
            gc.enable()
    smallest = {name: min(growth[name] for growth in growths) for name in growths[0]}
    blocks = smallest.pop("memory") / calls
    total_refs = smallest.pop("total references", None)
    heap = smallest.pop("heap", None)
    return LeakReport(
        function=getattr(fn, "__qualname__", repr(fn)),
        leaks=_leaks_in(
            smallest,
            blocks,
            0.0 if heap is None else heap / calls,
            calls,
            type(own_result).__qualname__ if result_has_more else None,
        ),
        calls=calls,
        rounds=rounds,
        blocks_per_call=blocks,
        heap_bytes_per_call=None if heap is None else heap / calls,
        total_refs_per_call=None if total_refs is None else total_refs / calls,
        traced=traced,
    )


def _watched_objects(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, object]:
    named: dict[str, object] = {}
    seen: set[int] = set()
    candidates = {f"argument {place}": value for place, value in enumerate(args, 1)}
    candidates |= {f"argument {name!r}": value for name, value in kwargs.items()}
    for name, value in (candidates | _SINGLETONS).items():
        if id(value) not in seen and not is_immortal(value):
            seen.add(id(value))
            named[name] = value
    return named


def _call_many(
    fn: Callable[..., object],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    raises: type[BaseException] | tuple[type[BaseException], ...],
    calls: int,
) -> object:
    """Return the last call's result; None if that raised."""
    result: object = None
    for _ in repeat(None, calls):
        try:
            result = fn(*args, **kwargs)
        except raises:
            result = None
    return result


def _counts(watched: dict[str, object]) -> dict[str, int]:
    counts = {name: refcount(watched[name]) for name in watched}
    counts["memory"] = sys.getallocatedblocks()
    if hasattr(sys, "gettotalrefcount"):
        counts["total references"] = sys.gettotalrefcount()
    heap = heap_bytes()
    if heap is not None:
        counts["heap"] = heap
    return counts


def _growth(
    fn: Callable[..., object],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    raises: type[BaseException] | tuple[type[BaseException], ...],
    calls: int,
    watched: dict[str, object],
) -> dict[str, int]:
    before = _counts(watched)
    _call_many(fn, args, kwargs, raises, calls)
    gc.collect()
    after = _counts(watched)
    return {name: after[name] - before[name] for name in before}


def _leaks_in(
    growths: dict[str, int],
    blocks: float,
    heap_bytes: float,
    calls: int,
    result_with_more: str | None,
) -> tuple[Leak, ...]:
    """Return what each call left behind: nine tenths of a reference, or of a block, at least."""
    leaks = [
        Leak(name, growth / calls, f"leaks {_times(growth / calls, 'reference')} to {name}")
        for name, growth in growths.items()
        if growth >= 0.9 * calls
    ]
    has_blocks, has_heap = blocks >= 0.9, heap_bytes >= 0.9 * _SMALLEST_OF_HEAP
    if result_with_more is not None and (has_blocks or has_heap):
        leaks.append(
            Leak(
                "the result",
                1.0,
                f"leaks one reference per call to its result, a {result_with_more}",
            )
        )
    elif not leaks and has_blocks:
        leaks.append(
            Leak("memory", blocks, f"leaks {_times(blocks, 'memory block')}, of its own making")
        )
    elif not leaks and has_heap:
        text = f"leaks {heap_bytes:,.0f} bytes per call of malloc()'s heap"
        leaks.append(Leak("heap", heap_bytes, text))
    return tuple(leaks)


def _times(per_call: float, what: str) -> str:
    count = round(per_call, 1)
    return f"one {what} per call" if count == 1 else f"{count:g} {what}s per call"


def _traced(
    fn: Callable[..., object],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    raises: type[BaseException] | tuple[type[BaseException], ...],
    calls: int,
) -> tuple[str, ...]:
    was_tracing = tracemalloc.is_tracing()
    if not was_tracing:
        tracemalloc.start()
    try:
        before = tracemalloc.take_snapshot()
        _call_many(fn, args, kwargs, raises, calls)
        found = tracemalloc.take_snapshot().compare_to(before, "lineno")
    finally:
        if not was_tracing:
            tracemalloc.stop()
    own = {__file__, tracemalloc.__file__}
    grown = [
        one
        for one in found
        if one.count_diff >= 0.9 * calls and one.traceback[0].filename not in own
    ]
    return tuple(str(one) for one in grown[:5])
