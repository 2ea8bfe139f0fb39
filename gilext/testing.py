"""Assertions about the GIL for a test suite of your own.

None of them passes because too little was seen: if a call is too short to look into, if nobody
requested the GIL in one, or if the measurement's error leaves it open, that is a failure, and
says so. Without a GIL nothing is held.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gilext.checking.checkup import Checkup, check
from gilext.checking.verdict import MIN_REQUESTS, why_unseen
from gilext.core.checks import check_fraction, check_seconds
from gilext.core.environment import is_gil_enabled
from gilext.core.units import in_words
from gilext.references.leaks import check_leaks


def assert_releases_gil(
    fn: Callable[..., object],
    /,
    *args: Any,
    at_least: float = 0.9,
    seconds: float = 0.5,
    **kwargs: Any,
) -> None:
    """Assert that a function has the GIL released for most of the time in its calls.

    Parameters
    ----------
    fn : callable
        What to call, again and again, with `args` and `kwargs`.
    at_least : float
        The part of the time inside the calls, 0 to 1. It is the lower end of the measurement's
        95 % confidence interval that has to reach it.
    seconds : float
        How long to go on, as `gilext.check` has it. To pass `seconds` or `at_least` on to the
        function, use ``functools.partial``.

    Raises
    ------
    AssertionError
        With the figures, when it releases for less, or when that can't be told.
    """
    at_least = check_fraction("at_least", at_least)
    checkup = check(fn, *args, seconds=seconds, **kwargs)
    if not is_gil_enabled():
        return
    held, error = _seen_fraction(checkup, seconds)
    if 1 - held - error < at_least:
        raise AssertionError(
            f"{checkup.function} has the GIL released for {1 - held:.1%} ± {error:.1%} of its "
            f"time, and should for {at_least:.1%} at least"
            + _unless_sure(1 - held >= at_least, seconds)
            + _figures(checkup)
            + "\nlook for Python API calls, copies and checks outside of its "
            "Py_BEGIN_ALLOW_THREADS"
        )


def assert_holds_gil(
    fn: Callable[..., object],
    /,
    *args: Any,
    at_least: float = 0.9,
    seconds: float = 0.5,
    **kwargs: Any,
) -> None:
    """Assert that a function holds the GIL for most of the time in its calls.

    Parameters and errors as `assert_releases_gil`; without a GIL it fails.
    """
    at_least = check_fraction("at_least", at_least)
    checkup = check(fn, *args, seconds=seconds, **kwargs)
    if not is_gil_enabled():
        raise AssertionError(f"{checkup.function} can't hold a GIL: this interpreter has none")
    held, error = _seen_fraction(checkup, seconds)
    if held - error < at_least:
        raise AssertionError(
            f"{checkup.function} holds the GIL for {held:.1%} ± {error:.1%} of its time, and "
            f"should for {at_least:.1%} at least"
            + _unless_sure(held >= at_least, seconds)
            + _figures(checkup)
        )


def assert_stalls_below(
    limit: float, fn: Callable[..., object], /, *args: Any, seconds: float = 0.5, **kwargs: Any
) -> None:
    """Assert that a thread that requests the GIL during a call never waits longer.

    Parameters
    ----------
    limit : float
        The longest wait that is allowed, in seconds, above 0.
    fn, *args, **kwargs
        What to call.
    seconds : float
        How long to go on, as `gilext.check` has it.

    Raises
    ------
    AssertionError
        With the figures, when a request took longer, or when too few were made to tell.
    """
    limit = check_seconds("limit", limit, is_open=True)
    checkup = check(fn, *args, seconds=seconds, **kwargs)
    if not is_gil_enabled():
        return
    if checkup.stall_seconds is not None and checkup.stall_seconds >= limit:
        raise AssertionError(
            f"a thread waited {in_words(checkup.stall_seconds)} for the GIL while "
            f"{checkup.function} ran, and should wait less than {in_words(limit)}"
            + _figures(checkup)
        )
    if checkup.requests < MIN_REQUESTS:
        raise AssertionError(
            f"only {checkup.requests} requests for the GIL fell into a call of "
            f"{checkup.function}, too few to tell: raise seconds= above {seconds:g}"
            + _figures(checkup)
        )


def assert_no_leaks(
    fn: Callable[..., object],
    /,
    *args: Any,
    raises: type[BaseException] | tuple[type[BaseException], ...] = (),
    **kwargs: Any,
) -> None:
    """Assert that a function leaks neither references nor memory.

    Parameters
    ----------
    fn, *args, raises, **kwargs
        As `gilext.check_leaks` has them.

    Raises
    ------
    AssertionError
        With what it leaks, and how much per call.
    """
    report = check_leaks(fn, *args, raises=raises, **kwargs)
    if report.leaks:
        raise AssertionError(
            f"{report.sentence}\n{report.rounds} rounds of {report.calls} calls; each left at "
            f"least {report.blocks_per_call:.2f} memory blocks per call\nlook for a missing "
            "Py_DECREF, PyBuffer_Release, or an exit by error that forgets one"
        )


def _seen_fraction(checkup: Checkup, seconds: float) -> tuple[float, float]:
    unseen = why_unseen(checkup.call_seconds, checkup.samples)
    if unseen is None and checkup.held_fraction is not None and checkup.held_error is not None:
        return checkup.held_fraction, checkup.held_error
    raise AssertionError(
        f"can't tell whether {checkup.function} holds the GIL: {unseen}; raise seconds= above "
        f"{seconds:g}, or check a function that calls it many times" + _figures(checkup)
    )


def _unless_sure(is_reached: bool, seconds: float) -> str:
    """Return what to do if the figure itself is right, and only its error isn't."""
    if not is_reached:
        return ""
    return f"; that isn't sure enough to pass: raise seconds= above {seconds:g}"


def _figures(checkup: Checkup) -> str:
    waits = "nobody requested the GIL"
    if checkup.stall_seconds is not None:
        waits = f"longest wait for the GIL {in_words(checkup.stall_seconds)} of {checkup.requests}"
    return (
        f"\n{checkup.calls} calls of {in_words(checkup.call_seconds)}, {checkup.samples} samples; "
        f"longest hold seen {in_words(checkup.longest_hold_seconds)}, {waits}; "
        f"verdict: {checkup.verdict}"
    )
