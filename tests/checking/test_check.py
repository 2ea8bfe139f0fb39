"""check() and the assertions: both sides of each, and no verdict without evidence."""

import ctypes
import subprocess
import sys
import time
from math import ceil

import pytest

import gilext
from gilext import check, hold_for, info, release_for
from gilext.checking import checkup
from gilext.checking.checkup import Handovers, fraction_of, verdict_of
from gilext.core.environment import is_gil_enabled
from gilext.testing import assert_holds_gil, assert_releases_gil, assert_stalls_below


def in_python(steps=600_000):
    total = 0
    for step in range(steps):
        total += step
    return total


@pytest.mark.with_gil
@pytest.mark.parametrize(
    ("function", "argument", "verdict"),
    [
        (hold_for, 0.01, "holds"),
        (release_for, 0.01, "releases"),
        (gilext.count_primes_held, 10**7, "holds"),
        (gilext.count_primes_released, 10**7, "releases"),
        (time.sleep, 0.005, "releases"),
        (in_python, 600_000, "shares"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_verdict_is_what_the_source_says(function, argument, verdict):
    assert check(function, argument).verdict == verdict


@pytest.fixture
def taken_cores():
    """Four processes on each usable core that never rest."""
    command = [sys.executable, "-I", "-c", "while True: pass"]
    neighbours = [subprocess.Popen(command) for _ in range(4 * ceil(info().usable_cores))]
    yield
    for neighbour in neighbours:
        neighbour.kill()
        neighbour.wait()


@pytest.mark.slow
@pytest.mark.with_gil
@pytest.mark.parametrize(
    ("function", "argument", "verdict"),
    [(hold_for, 0.01, "holds"), (release_for, 0.01, "releases"), (in_python, 600_000, "shares")],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_verdict_is_the_same_where_others_take_the_cores(function, argument, verdict, taken_cores):
    for _ in range(5):
        assert check(function, argument).verdict == verdict


@pytest.mark.without_gil
@pytest.mark.parametrize("function", [hold_for, release_for])
def test_without_a_gil_there_is_no_verdict(function):
    checkup = check(function, 0.01)

    assert checkup.verdict == "no GIL"
    assert checkup.held_fraction == 0


def test_nothing_is_guessed_of_calls_too_short():
    verdict = check(gilext.spin_held, 0, seconds=0.1).verdict

    assert verdict.startswith("too short to tell") or not is_gil_enabled()


@pytest.mark.with_gil
def test_holding_function_keeps_a_thread_waiting_longer_than_a_releasing_one():
    held, released = check(hold_for, 0.05), check(release_for, 0.05)

    assert held.median_stall_seconds > released.median_stall_seconds
    assert held.longest_hold_seconds > released.longest_hold_seconds


def test_calling_thread_is_still_known_to_the_c_api(in_threads):
    def gil_state_after_a_check():
        before = ctypes.pythonapi.PyGILState_Check()
        check(release_for, 0.001, seconds=0.05)
        return before, ctypes.pythonapi.PyGILState_Check()

    assert gil_state_after_a_check() == (1, 1)
    assert in_threads(gil_state_after_a_check) == [(1, 1)]


def test_arguments_are_passed_on():
    seen = []

    check(lambda *args, **kwargs: seen.append((args, kwargs)), 1, 2, seconds=0.01, key=3)

    assert set(map(repr, seen)) == {repr(((1, 2), {"key": 3}))}


@pytest.mark.parametrize("after", [0, 3, 100])
def test_exception_comes_through_with_its_traceback(after):
    calls = 0

    def fail():
        nonlocal calls
        calls += 1
        if calls > after:
            raise LookupError("mine")
        release_for(0.001)

    with pytest.raises(LookupError, match="mine") as caught:
        check(fail, seconds=60)

    assert caught.traceback[-1].name == "fail"


@pytest.mark.parametrize(
    ("arguments", "options", "error", "named"),
    [
        ((5,), {}, TypeError, "fn"),
        ((len,), {"seconds": 0}, ValueError, "seconds"),
        ((len,), {"seconds": float("inf")}, ValueError, "seconds"),
        ((len,), {"seconds": "1"}, TypeError, "seconds"),
    ],
)
def test_bad_argument_of_check_is_named(arguments, options, error, named):
    with pytest.raises(error, match=f"'{named}'"):
        check(*arguments, **options)


def test_switch_interval_is_as_it_was():
    before = sys.getswitchinterval()
    check(in_python, 100_000, seconds=0.1)

    assert sys.getswitchinterval() == before


def test_unknown_layout_is_an_unsupported_interpreter(monkeypatch):
    def unknown(*_):
        raise gilext.UnsupportedInterpreter("gilext doesn't know the GIL layout of CPython 9.9")

    monkeypatch.setattr(checkup, "watch_calls", unknown)

    with pytest.raises(gilext.UnsupportedInterpreter, match=r"9\.9"):
        check(len, ())


NOWHERE = Handovers(100, 0, (0,) * 10)
AT_THE_END = Handovers(100, 100, (0,) * 9 + (100,))
ONCE_AT_THE_END = Handovers(1, 1, (0,) * 9 + (1,))
ONCE_INSIDE = Handovers(1, 1, (0,) * 5 + (1,) + (0,) * 4)
AT_TWO_PLACES = Handovers(100, 300, (0,) * 4 + (100,) + (0,) * 4 + (100,))
AT_THREE_PLACES = Handovers(100, 300, (0,) * 7 + (100,) * 3)
BY_CHANCE = Handovers(100, 104, (1,) * 4 + (0,) * 5 + (100,))
EVERYWHERE = Handovers(100, 5000, (100,) * 10)


@pytest.mark.parametrize(
    ("gil", "call", "looks", "fraction", "handovers", "verdict"),
    [
        (False, 0.01, 1000, 1.0, NOWHERE, "no GIL"),
        (True, 1e-6, 1000, 1.0, NOWHERE, "too short to tell: 1 µs a call, needs 2 µs"),
        (
            True, 0.01, 49, 1.0, NOWHERE,
            "too short to tell: 1e+04 µs a call, needs 50 looks but had 49",
        ),
        (True, 0.01, 1000, 0.49, NOWHERE, "releases"),
        (True, 0.01, 1000, 0.5, NOWHERE, "holds"),
        (True, 0.01, 1000, 1.0, AT_THE_END, "holds"),
        (True, 0.01, 1000, 1.0, ONCE_AT_THE_END, "holds"),
        (True, 0.01, 1000, 1.0, AT_TWO_PLACES, "holds"),
        (True, 0.01, 1000, 1.0, BY_CHANCE, "holds"),
        (
            True, 0.01, 1000, 1.0, ONCE_INSIDE,
            "too short to tell: 1e+04 µs a call, needs 10 handovers but had 1",
        ),
        (True, 0.01, 1000, 1.0, AT_THREE_PLACES, "shares"),
        (True, 0.01, 1000, 1.0, EVERYWHERE, "shares"),
        (True, 0.0005, 1000, 1.0, AT_THE_END, "too short to tell: 5e+02 µs a call, needs 1 ms"),
        (True, 0.0005, 1000, 1.0, EVERYWHERE, "shares"),
        (True, 0.0005, 1000, 1.0, NOWHERE, "holds"),
    ],
)  # fmt: skip
def test_verdict_follows_its_rule(gil, call, looks, fraction, handovers, verdict):
    assert verdict_of(gil, call, looks, fraction, handovers) == verdict


@pytest.mark.parametrize(("hits", "looks"), [(0, 0), (0, 50), (50, 50), (25, 50), (1, 2)])
def test_interval_of_a_fraction_is_never_empty(hits, looks):
    fraction, error = fraction_of(hits, looks)

    assert 0 <= fraction <= 1
    assert error > 0


@pytest.mark.with_gil
def test_assertion_passes_on_the_one_and_fails_on_the_other():
    assert_releases_gil(release_for, 0.01)
    assert_holds_gil(hold_for, 0.01)
    with pytest.raises(AssertionError, match=r"hold_for has the GIL released for .*longest hold"):
        try:
            assert_releases_gil(hold_for, 0.01)
        except AssertionError as error:
            raise AssertionError(str(error).replace("\n", " ")) from None
    with pytest.raises(AssertionError, match="release_for holds the GIL for"):
        assert_holds_gil(release_for, 0.01)


@pytest.mark.with_gil
def test_stalls_are_below_what_they_are_below_and_no_more():
    with pytest.raises(AssertionError, match="a thread waited"):
        assert_stalls_below(1e-4, hold_for, 0.02)
    assert_stalls_below(1000, hold_for, 0.02, seconds=2)


@pytest.mark.with_gil
@pytest.mark.parametrize("assertion", [assert_releases_gil, assert_holds_gil])
def test_assertion_does_not_pass_on_what_it_cannot_see(assertion):
    with pytest.raises(AssertionError, match="too short to tell"):
        assertion(gilext.spin_released, 0, seconds=0.05)


@pytest.mark.with_gil
def test_stall_assertion_does_not_pass_where_nobody_asked():
    with pytest.raises(AssertionError, match="too few to tell"):
        assert_stalls_below(1000, release_for, 1e-6, seconds=0.001)


@pytest.mark.without_gil
def test_without_a_gil_everything_releases_and_nothing_holds():
    assert_releases_gil(hold_for, 0.01)
    assert_stalls_below(1e-9, hold_for, 0.01)
    with pytest.raises(AssertionError, match="this interpreter has none"):
        assert_holds_gil(hold_for, 0.01)


@pytest.mark.parametrize("assertion", [assert_releases_gil, assert_holds_gil])
@pytest.mark.parametrize("part", [-0.1, 1.1, float("nan")])
def test_part_outside_of_the_range_is_refused(assertion, part):
    with pytest.raises(ValueError, match="'at_least'"):
        assertion(len, (), at_least=part)


def test_limit_that_is_no_limit_is_refused():
    with pytest.raises(ValueError, match="'limit'"):
        assert_stalls_below(0, len, ())
