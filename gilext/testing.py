"""Assertions about the GIL for a test suite of your own.

None of them passes because too little was seen: where a call is too short to look into, or nobody
asked for the GIL in one, that is a failure, and says so. Without a GIL nothing is held.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gilext.checking.checkup import FEWEST_LOOKS, SHORTEST_CALL_SECONDS, Checkup, check
from gilext.core.environment import is_gil_enabled
from gilext.references.leaks import check_leaks

FEWEST_PROBES = 5


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
        How long to go on.

    Raises
    ------
    AssertionError
        With the figures, when it releases for less, or when that can't be told.
    """
    _check_part(at_least)
    checkup = check(fn, *args, seconds=seconds, **kwargs)
    if not is_gil_enabled():
        return
    _assert_seen(checkup)
    released = 1 - checkup.held_fraction - checkup.held_error
    if released < at_least:
        raise AssertionError(
            f"{checkup.function} has the GIL released for {1 - checkup.held_fraction:.1%} ± "
            f"{checkup.held_error:.1%} of its time, and should for {at_least:.1%} at least"
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
    _check_part(at_least)
    checkup = check(fn, *args, seconds=seconds, **kwargs)
    if not is_gil_enabled():
        raise AssertionError(f"{checkup.function} can't hold a GIL: this interpreter has none")
    _assert_seen(checkup)
    if checkup.held_fraction - checkup.held_error < at_least:
        raise AssertionError(
            f"{checkup.function} holds the GIL for {checkup.held_fraction:.1%} ± "
            f"{checkup.held_error:.1%} of its time, and should for {at_least:.1%} at least"
            + _figures(checkup)
        )


def assert_stalls_below(
    limit: float, fn: Callable[..., object], /, *args: Any, seconds: float = 0.5, **kwargs: Any
) -> None:
    """Assert that a thread that asks for the GIL during a call never waits longer.

    Parameters
    ----------
    limit : float
        The longest wait that is allowed, in seconds, above 0.
    fn, *args, **kwargs
        What to call.
    seconds : float
        How long to go on.

    Raises
    ------
    AssertionError
        With the figures, when somebody waited longer, or when too few asked to tell.
    """
    if not limit > 0:
        raise ValueError(f"argument 'limit' must be above 0, not {limit!r}")
    checkup = check(fn, *args, seconds=seconds, **kwargs)
    if not is_gil_enabled():
        return
    if checkup.stall_seconds >= limit:
        raise AssertionError(
            f"a thread waited {checkup.stall_seconds * 1e3:.1f} ms for the GIL while "
            f"{checkup.function} ran, and should wait less than {limit * 1e3:g} ms"
            + _figures(checkup)
        )
    if checkup.probes < FEWEST_PROBES:
        raise AssertionError(
            f"only {checkup.probes} requests for the GIL fell into a call of {checkup.function}, "
            f"too few to tell: give it more seconds than {seconds:g}" + _figures(checkup)
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
        With what it leaks, and how much a call.
    """
    report = check_leaks(fn, *args, raises=raises, **kwargs)
    if report.leaks:
        raise AssertionError(
            f"{report.sentence}\n{report.rounds} rounds of {report.calls} calls; each left at "
            f"least {report.blocks_per_call:.2f} memory blocks a call\nlook for a missing Py_DECREF, "
            "PyBuffer_Release, or an exit by error that forgets one"
        )


def _check_part(at_least: float) -> None:
    if not 0 <= at_least <= 1:
        raise ValueError(f"argument 'at_least' must be 0 to 1, not {at_least!r}")


def _assert_seen(checkup: Checkup) -> None:
    if checkup.call_seconds < SHORTEST_CALL_SECONDS or checkup.looks < FEWEST_LOOKS:
        raise AssertionError(
            f"{checkup.function} is too short to tell whether it holds the GIL: "
            f"{checkup.looks} looks fell into its calls" + _figures(checkup)
        )


def _figures(checkup: Checkup) -> str:
    return (
        f"\n{checkup.calls} calls of {checkup.call_seconds * 1e3:.3g} ms, {checkup.looks} looks; "
        f"longest hold seen {checkup.longest_hold_seconds * 1e3:.3g} ms, longest wait for the GIL "
        f"{checkup.stall_seconds * 1e3:.3g} ms of {checkup.probes}; verdict: {checkup.verdict}"
    )
