"""``gilext.check_leaks()``: whether a function leaks references or memory, and what leaks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gilext._native import is_immortal
from gilext.core.checks import check_callable, check_count, check_seconds
from gilext.core.function_names import function_name
from gilext.references.calling import MAX_ITEMS, Caller, Raises
from gilext.references.growth import MIN_PAIRS
from gilext.references.judging import Judge, Verdict, find_leaks
from gilext.references.leak_report import LeakReport
from gilext.references.object_names import SINGLETONS, ObjectNames
from gilext.references.rounds import Watched
from gilext.references.search import Progress, Search
from gilext.references.stages import Found

DEFAULT_SECONDS = 5.0
DEFAULT_RATE = 0.1
_MAX_CALLS = 1_000_000
_MAX_ROUNDS = 1000
_SMALLEST_RATE = 1e-6

# The names of keywords that aren't passed on.
OPTIONS = {
    "raises", "also", "setup", "teardown", "seconds", "rate", "trace", "calls", "rounds",
    "progress",
}  # fmt: skip


def check_leaks(
    fn: Callable[..., object],
    /,
    *args: Any,
    raises: Raises = (),
    also: Iterable[object] | Mapping[str, object] = (),
    setup: Callable[[], object] | None = None,
    teardown: Callable[[], object] | None = None,
    seconds: float = DEFAULT_SECONDS,
    rate: float = DEFAULT_RATE,
    trace: bool = False,
    calls: int | None = None,
    rounds: int | None = None,
    progress: Progress | None = None,
    **kwargs: Any,
) -> LeakReport:
    """Call a function repeatedly, and see what grows with the calls.

    Rounds of few calls alternate with rounds of four times as many. What a round leaves behind
    itself, what a cache adds until it is full, and what another thread does, doesn't grow in
    proportion to the calls; a leak does. Counted are the references to every object that can be
    reached, memory, and what the process has open. If something grows, or may, the calls become
    four times as many until it is sure, or time is out.

    A coroutine function is awaited, in an event loop of its own; a generator is run to its end; an
    asynchronous context manager, or one that ``@contextmanager`` made, is entered and left.

    Parameters
    ----------
    fn : callable
        What to call.
    *args, **kwargs
        What to call it with. Keywords with the names of these parameters can't be passed on: use
        `functools.partial`.
    raises : exception type or tuple of them
        What the function may raise; a call may also end that way.
    also : iterable of objects, or mapping of str to object
        Objects to watch by name, in addition to the arguments.
    setup, teardown : callable, optional
        Called without arguments before and after each call. What they leak counts as well.
    seconds : float
        The time after which to stop, 0.01 to 86,400; a call in progress isn't interrupted. Most
        checks take much less.
    rate : float
        The smallest rate to go on for, 0.000001 to 1, in references or blocks per call: with 0.1 a
        leak in one of ten calls is found as long as there is time for enough calls.
    trace : bool
        Whether to say, by `tracemalloc`, which lines allocated what is left.
    calls, rounds : int, optional
        How many calls a round makes, 1 to 1,000,000, and how many rounds there are of each size, 2
        to 1000. Both are chosen if they aren't given; with `calls`, the number stays the same.
    progress : callable, optional
        Called as ``progress(passed, seconds)`` after each round. If it returns true, the check ends
        there, with what is known.

    Returns
    -------
    LeakReport

    Raises
    ------
    TypeError, ValueError
        When `fn` can't be called, or another argument is out of its range.
    RuntimeError
        When `fn` has to be awaited, and this thread runs an event loop.
    BaseException
        What `fn` raises, except `raises`.
    """
    check_callable("fn", fn)
    for name, given in (("setup", setup), ("teardown", teardown), ("progress", progress)):
        if given is not None:
            check_callable(name, given)
    seconds, rate = check_limits(seconds, rate)
    if calls is not None:
        calls = check_count("calls", calls, 1, _MAX_CALLS)
    pairs = MIN_PAIRS if rounds is None else check_count("rounds", rounds, 2, _MAX_ROUNDS)
    named = _named_objects(args, kwargs, also)
    start = time.perf_counter()
    function = function_name(fn)
    caller = Caller(fn, args, kwargs, raises=raises, setup=setup, teardown=teardown)
    try:
        with Watched() as watched:
            judge = Judge(
                function, watched, caller.call, caller.call_many, ObjectNames(named, fn), trace
            )
            search = Search(
                watched, caller.call_many, [*named.values(), fn],
                seconds=seconds, rate=rate, calls=calls, pairs=pairs, progress=progress,
            )  # fmt: skip
            found, verdict = find_leaks(search, judge)
    finally:
        caller.close()
    return _report(function, caller, found, verdict, time.perf_counter() - start)


def check_limits(seconds: float, rate: float) -> tuple[float, float]:
    """Return the time limit and the smallest rate of `check_leaks`, or raise as it does."""
    return (
        check_seconds("seconds", seconds, 0.01, 86_400),
        check_seconds("rate", rate, _SMALLEST_RATE, 1),
    )


def _report(
    function: str, caller: Caller, found: Found, verdict: Verdict, seconds: float
) -> LeakReport:
    usage = found.usage
    notes = list(verdict.notes)
    if caller.is_cut:
        notes.append(f"A generator was closed after {MAX_ITEMS:,} items.")
    if not caller.has_returned:
        notes.append("No call returned: each one raised what it may raise.")
    return LeakReport(
        function=function,
        way=caller.way,
        leaks=tuple(verdict.leaks),
        possible=() if found.smallest_rate is None else tuple(verdict.possible),
        calls=found.calls,
        rounds=found.rounds,
        seconds=seconds,
        smallest_rate=found.smallest_rate,
        is_out_of_time=found.is_out_of_time,
        blocks_per_call=usage["memory"].figure,
        blocks_error=usage["memory"].figure_error,
        heap_bytes_per_call=usage["heap"].figure,
        heap_bytes_error=usage["heap"].figure_error,
        total_refs_per_call=usage["references"].figure,
        traced=verdict.traced,
        notes=tuple(notes),
    )


def _named_objects(
    args: tuple[Any, ...], kwargs: dict[str, Any], also: Iterable[object] | Mapping[str, object]
) -> dict[str, object]:
    named = {f"argument {place}": value for place, value in enumerate(args, 1)}
    named |= {f"argument {name!r}": value for name, value in kwargs.items()}
    if isinstance(also, Mapping):
        named |= {str(name): value for name, value in also.items()}
    else:
        named |= {f"also[{place}]": value for place, value in enumerate(also)}
    by_id: dict[int, tuple[str, object]] = {}
    for name, value in (named | SINGLETONS).items():
        if not is_immortal(value):
            by_id.setdefault(id(value), (name, value))
    return dict(by_id.values())
