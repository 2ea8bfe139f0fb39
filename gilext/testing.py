"""Assertions about the GIL for a test suite of your own.

None of them passes because too little was seen. If a call is too short to sample, if no thread
requested the GIL during one, or if the measurement's error leaves the question open, the assertion
fails and says so. Without a GIL, to be attached takes the place of holding it, and a stop of the
world that of a request for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gilext.checking.checkup import Checkup, check
from gilext.checking.verdict import MIN_REQUESTS, why_unseen
from gilext.core.checks import check_fraction, check_seconds
from gilext.core.units import in_words
from gilext.references.calling import Raises
from gilext.references.leaks import DEFAULT_RATE, DEFAULT_SECONDS, check_leaks


def assert_releases_gil(
    fn: Callable[..., object],
    /,
    *args: Any,
    at_least: float = 0.9,
    seconds: float = 0.5,
    **kwargs: Any,
) -> None:
    """Assert that a function lets others run for most of the time in its calls.

    It has the GIL released then; without a GIL, it is detached, so that the world can stop.

    Parameters
    ----------
    fn : callable
        What to call repeatedly, with `args` and `kwargs`.
    at_least : float
        The share of the time inside the calls, 0 to 1. The lower end of the measurement's 95 %
        confidence interval must reach it.
    seconds : float
        How long to keep calling, as for `gilext.check`. To pass `seconds` or `at_least` on to the
        function, use ``functools.partial``.

    Raises
    ------
    AssertionError
        With the figures, if it does so for less, or if that can't be decided.
    """
    at_least = check_fraction("at_least", at_least)
    _assert_free(check(fn, *args, seconds=seconds, **kwargs), at_least, seconds)


def assert_detaches(
    fn: Callable[..., object],
    /,
    *args: Any,
    at_least: float = 0.9,
    seconds: float = 0.5,
    **kwargs: Any,
) -> None:
    """Assert that a function is detached for most of the time in its calls.

    With a GIL, that is the same as `assert_releases_gil`: a thread is attached while it holds it.

    Parameters and errors as `assert_releases_gil`.
    """
    at_least = check_fraction("at_least", at_least)
    _assert_free(check(fn, *args, seconds=seconds, **kwargs), at_least, seconds)


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
    if not checkup.gil_enabled:
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
    """Assert that a thread that requests the GIL during a call never waits longer than a limit.

    Without a GIL, nobody waits for it, and what is asserted is `assert_pauses_below`.

    Parameters
    ----------
    limit : float
        The longest allowed wait, in seconds, above 0.
    fn, *args, **kwargs
        What to call.
    seconds : float
        How long to keep calling, as for `gilext.check`.

    Raises
    ------
    AssertionError
        With the figures, if a request took longer, or if there were too few to decide.
    """
    limit = check_seconds("limit", limit, is_open=True)
    _assert_waits_below(limit, check(fn, *args, seconds=seconds, **kwargs), seconds)


def assert_pauses_below(
    limit: float, fn: Callable[..., object], /, *args: Any, seconds: float = 0.5, **kwargs: Any
) -> None:
    """Assert that a thread that stops the world during a call never waits longer than a limit.

    The collector, ``os.fork()``, ``sys.settrace()`` and others stop the world of a free-threaded
    build. Threads other than the one that calls the function may keep it waiting too: let them
    rest. With a GIL, whoever does these things takes it first, and what is asserted is
    `assert_stalls_below`.

    Parameters and errors as `assert_stalls_below`.
    """
    limit = check_seconds("limit", limit, is_open=True)
    _assert_waits_below(limit, check(fn, *args, seconds=seconds, **kwargs), seconds)


def assert_no_leaks(
    fn: Callable[..., object],
    /,
    *args: Any,
    raises: Raises = (),
    also: Iterable[object] | Mapping[str, object] = (),
    setup: Callable[[], object] | None = None,
    teardown: Callable[[], object] | None = None,
    seconds: float = DEFAULT_SECONDS,
    rate: float = DEFAULT_RATE,
    **kwargs: Any,
) -> None:
    """Assert that a function leaks nothing: no references, no memory, nothing that is open.

    What only may leak doesn't fail: a cache that isn't full, or what time was too short to be sure
    of. A function so slow that no leak could have been seen does.

    Parameters
    ----------
    fn, *args, raises, also, setup, teardown, seconds, rate, **kwargs
        As for `gilext.check_leaks`.

    Raises
    ------
    AssertionError
        With what it leaks, how much per call, and where to look; or if the calls were too few to
        see anything.
    """
    report = check_leaks(
        fn, *args, raises=raises, also=also, setup=setup, teardown=teardown, seconds=seconds,
        rate=rate, **kwargs,
    )  # fmt: skip
    if report.leaks or report.smallest_rate is None:
        raise AssertionError(str(report))


def _assert_free(checkup: Checkup, at_least: float, seconds: float) -> None:
    """Raise if it holds the GIL, or is attached, for too long, or if that can't be told."""
    kept, error = _seen_fraction(checkup, seconds)
    if 1 - kept - error < at_least:
        is_free = "has the GIL released" if checkup.gil_enabled else "is detached"
        raise AssertionError(
            f"{checkup.function} {is_free} for {1 - kept:.1%} ± {error:.1%} of its "
            f"time, and should for {at_least:.1%} at least"
            + _unless_sure(1 - kept >= at_least, seconds)
            + _figures(checkup)
            + "\nlook for Python API calls, copies and checks outside of its "
            "Py_BEGIN_ALLOW_THREADS"
        )


def _assert_waits_below(limit: float, checkup: Checkup, seconds: float) -> None:
    """Raise if a request during a call took longer, or if there were too few."""
    if checkup.gil_enabled:
        waited, requests = "waited {} for the GIL while {} ran", "requests for the GIL"
    else:
        waited, requests = "waited {} to stop the world while {} ran", "stops of the world"
    if checkup.stall_seconds is not None and checkup.stall_seconds >= limit:
        raise AssertionError(
            f"a thread {waited.format(in_words(checkup.stall_seconds), checkup.function)}, and "
            f"should wait less than {in_words(limit)}" + _figures(checkup)
        )
    if checkup.requests < MIN_REQUESTS:
        raise AssertionError(
            f"only {checkup.requests} {requests} fell into a call of {checkup.function}, too few "
            f"to tell: raise seconds= above {seconds:g}" + _figures(checkup)
        )


def _seen_fraction(checkup: Checkup, seconds: float) -> tuple[float, float]:
    unseen = why_unseen(checkup.call_seconds, checkup.samples)
    fraction, error = checkup.kept
    if unseen is None and fraction is not None and error is not None:
        return fraction, error
    raise AssertionError(
        f"can't tell whether {checkup.function} {checkup.terms.keeps}: {unseen}; raise seconds= "
        f"above {seconds:g}, or check a function that calls it many times" + _figures(checkup)
    )


def _unless_sure(is_reached: bool, seconds: float) -> str:
    """Return what to do if the figure itself is right, and only its error isn't."""
    if not is_reached:
        return ""
    return f"; that isn't sure enough to pass: raise seconds= above {seconds:g}"


def _figures(checkup: Checkup) -> str:
    terms = checkup.terms
    waits = terms.no_request
    if checkup.stall_seconds is not None:
        waits = f"longest {terms.waited} {in_words(checkup.stall_seconds)} of {checkup.requests}"
    return (
        f"\n{checkup.calls} calls of {in_words(checkup.call_seconds)}, {checkup.samples} samples; "
        f"{terms.longest_kept} {in_words(checkup.longest_hold_seconds)}, {waits}; "
        f"verdict: {checkup.verdict}"
    )
