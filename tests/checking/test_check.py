"""check() and the assertions: both sides of each, and no verdict without evidence."""

import contextlib
import ctypes
import subprocess
import sys
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from math import ceil

import pytest

import gilext
from gilext import _native, check, hold_for, info, release_for, testing
from gilext.checking import checkup
from gilext.checking.verdict import MIN_REQUESTS
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
        (hold_for, 0.15, "holds"),
        (release_for, 0.01, "releases"),
        (gilext.count_primes_held, 10**7, "holds"),
        (gilext.count_primes_released, 10**7, "releases"),
        (time.sleep, 0.005, "releases"),
        (in_python, 20_000, "shares"),
        (in_python, 600_000, "shares"),
        (in_python, 6_000_000, "shares"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_verdict_is_what_the_source_says(function, argument, verdict):
    checkup = check(function, argument)

    assert (checkup.verdict, checkup.reason) == (verdict, None)


@pytest.mark.with_gil
def test_call_that_is_wrapped_in_python_holds_all_the_same():
    def call():
        held_for = hold_for(0.06)
        return held_for

    assert check(call).verdict == "holds"


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


@pytest.mark.with_gil
def test_nothing_is_guessed_of_calls_too_short():
    checkup = check(gilext.spin_held, 0, seconds=0.1)

    assert checkup.verdict == "not enough evidence"
    assert "too short" in checkup.reason
    assert checkup.reason in " ".join(str(checkup).split())


@pytest.mark.with_gil
def test_short_python_code_is_not_said_to_hold():
    checkup = check(in_python, 200, seconds=0.2)

    assert checkup.verdict == "not enough evidence"


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
        ((len,), {"seconds": None}, TypeError, "seconds"),
    ],
)
def test_bad_argument_of_check_is_named(arguments, options, error, named):
    with pytest.raises(error, match=f"'{named}'"):
        check(*arguments, **options)


def test_seconds_are_any_real_number():
    assert check(release_for, 0.0001, seconds=Fraction(1, 100)).calls > 0


@pytest.fixture
def own_interval():
    """Set a switch interval that nothing else sets, so that another one shows in any order."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.004)
    yield sys.getswitchinterval()
    sys.setswitchinterval(before)


@pytest.mark.with_gil
def test_switch_interval_is_short_in_the_last_part_and_as_it_was_after_it(own_interval):
    seen = set()

    def call():
        seen.add(sys.getswitchinterval())
        in_python(50_000)

    check(call, seconds=0.1)

    assert min(seen) < own_interval == max(seen)
    assert sys.getswitchinterval() == own_interval


def test_switch_interval_is_as_it_was_after_an_error(own_interval):
    def fail_when_it_is_short():
        in_python(50_000)
        if sys.getswitchinterval() != own_interval:
            raise LookupError

    with contextlib.suppress(LookupError):
        check(fail_when_it_is_short, seconds=0.1)

    assert sys.getswitchinterval() == own_interval


def test_switch_interval_is_as_it_was_after_checks_at_once(own_interval):
    with ThreadPoolExecutor(3) as pool:
        for _ in range(6):
            pool.submit(check, hold_for, 0.001, seconds=0.04)

    assert sys.getswitchinterval() == own_interval


@pytest.mark.parametrize("measure", ["watch_calls", "probe_calls"])
def test_result_of_each_call_is_let_go(measure):
    class Answer:
        pass

    answers = []

    def call():
        answer = Answer()
        answers.append(weakref.ref(answer))
        return answer

    batch = (0.0,) if measure == "probe_calls" else ()
    getattr(_native, measure)(call, (), {}, 0.01, 1e-3, *batch)

    assert answers
    assert all(answer() is None for answer in answers)


def test_interrupt_ends_a_check(run_child):
    run_child("check_interrupted.py")


@pytest.mark.parametrize("moment", ["0.05", "0.12", "0.25"])
def test_interpreter_may_end_while_daemon_threads_check(run_child, moment):
    run_child("check_at_exit.py", moment)


@pytest.mark.forks
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("way", ["return", "raise", "leave"])
def test_forked_child_of_a_checked_function_ends_sanely(run_child, way):
    run_child("check_fork.py", way)


def test_unknown_layout_is_an_unsupported_interpreter(monkeypatch):
    def unknown(*_):
        raise gilext.UnsupportedInterpreter("gilext doesn't know the GIL layout of CPython 9.9")

    monkeypatch.setattr(checkup, "watch_calls", unknown)

    with pytest.raises(gilext.UnsupportedInterpreter, match=r"9\.9"):
        check(len, ())


class MadeUp:
    """Stands for the functions of the extension: what each call of them finds is made up."""

    def __init__(self, monkeypatch, held=100, samples=100, grants=0, requests=10):
        self.held, self.samples, self.grants, self.requests = held, samples, grants, requests
        self.watched = self.probed = 0
        monkeypatch.setattr(checkup, "watch_calls", self.watch)
        monkeypatch.setattr(checkup, "probe_calls", self.probe)
        monkeypatch.setattr(checkup, "is_gil_enabled", lambda: True)

    def watch(self, function, args, kwargs, seconds, interval):
        self.watched += 1
        return {
            "calls": 10,
            "inside_ns": 10**9,
            "longest_hold_ns": 5 * 10**6,
            "windows": [(self.samples, self.held)] if self.samples else [],
        }

    def probe(self, function, args, kwargs, seconds, interval, batch):
        self.probed += 1
        return {
            "calls": 1,
            "cpu_ns": 10**8,
            "requests": self.requests,
            "stalls_ns": [1000, 2000, 6000][: self.requests],
            "longest_stall_ns": 9000 if self.requests else 0,
            "requested_calls": int(self.grants > 0),
            "grants": self.grants,
            "refusals": 0,
            "calls_at": [int(self.grants > 0)] * 10,
            "seen_cpu_ns": 10**8,
            "unheeded_cpu_ns": 0,
        }


def test_figures_are_those_of_all_rounds(monkeypatch):
    made_up = MadeUp(monkeypatch, samples=20, held=15, grants=4)

    found = check(len, (), seconds=100)

    assert (made_up.watched, made_up.probed) == (3, 1 + 3)
    assert (found.verdict, found.samples, found.calls) == ("shares", 60, 30)
    assert (found.held_fraction, found.call_seconds) == (0.75, pytest.approx(0.1))
    assert found.longest_hold_seconds == pytest.approx(5e-3)
    assert (found.requests, found.grants_per_call) == (10, 4)
    assert found.stall_seconds == pytest.approx(9e-6)
    assert found.median_stall_seconds == pytest.approx(2e-6)
    assert found.run_on_fraction == 0


def test_rounds_end_when_the_time_is_up(monkeypatch):
    made_up = MadeUp(monkeypatch, samples=0, requests=0)

    found = check(len, (), seconds=1e-9)

    assert (made_up.watched, made_up.probed) == (1, 1)
    assert found.verdict == "not enough evidence"
    assert found.held_fraction is found.held_error is found.stall_seconds is None
    assert "unknown" in str(found)


@pytest.mark.parametrize(("held", "is_asked"), [(49, False), (50, True), (99, True), (100, True)])
def test_what_holds_for_half_of_the_time_is_asked_where_it_gives_away(monkeypatch, held, is_asked):
    MadeUp(monkeypatch, held=held, grants=20)

    assert (check(len, ()).grants_per_call is not None) == is_asked


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
        assert_stalls_below(1e-6, hold_for, 0.02)
    assert_stalls_below(1000, hold_for, 0.02)


@pytest.fixture
def made_up_checkup(monkeypatch):
    """Have the assertions see a checkup that is made up."""
    checked = check(release_for, 0.001, seconds=0.01)

    def make_up(**fields):
        known = {"samples": 1000, "call_seconds": 0.001, "requests": MIN_REQUESTS}
        made_up = replace(checked, **(known | fields))
        monkeypatch.setattr(testing, "check", lambda *args, **kwargs: made_up)
        monkeypatch.setattr(testing, "is_gil_enabled", lambda: True)

    return make_up


@pytest.mark.parametrize(
    ("assertion", "held"), [(assert_releases_gil, 0.05), (assert_holds_gil, 0.95)]
)
def test_assertion_passes_only_if_the_whole_interval_does(made_up_checkup, assertion, held):
    made_up_checkup(held_fraction=held, held_error=0.049)
    assertion(len)
    made_up_checkup(held_fraction=held, held_error=0.051)
    with pytest.raises(AssertionError, match=r"isn't sure enough .* raise seconds= above 0\.5"):
        assertion(len)
    assertion(len, at_least=0.89)


@pytest.mark.parametrize(
    ("assertion", "held"), [(assert_releases_gil, 0.15), (assert_holds_gil, 0.85)]
)
def test_assertion_that_fails_for_sure_asks_for_no_more_seconds(made_up_checkup, assertion, held):
    made_up_checkup(held_fraction=held, held_error=0.01)

    with pytest.raises(AssertionError) as failure:
        assertion(len)

    assert "raise seconds=" not in str(failure.value)


@pytest.mark.parametrize(
    "unseen",
    [
        {"samples": 49},
        {"call_seconds": 1e-6},
        {"samples": 0, "held_fraction": None, "held_error": None},
    ],
    ids=["few samples", "short calls", "no sample"],
)
@pytest.mark.parametrize("assertion", [assert_releases_gil, assert_holds_gil])
def test_assertion_does_not_pass_on_what_it_cannot_see(made_up_checkup, assertion, unseen):
    seen = {"held_fraction": float(assertion is assert_holds_gil), "held_error": 0.0}
    made_up_checkup(**seen)
    assertion(len)
    made_up_checkup(**(seen | unseen))

    with pytest.raises(AssertionError, match="can't tell whether"):
        assertion(len)


def test_stall_assertion_does_not_pass_if_too_few_asked(made_up_checkup):
    made_up_checkup(stall_seconds=0.001)
    assert_stalls_below(0.0011, len)
    with pytest.raises(AssertionError, match=r"waited 1 ms .* less than 1 ms"):
        assert_stalls_below(0.001, len)
    made_up_checkup(stall_seconds=0.001, requests=MIN_REQUESTS - 1)
    with pytest.raises(AssertionError, match=r"too few to tell: raise seconds= above 0\.5"):
        assert_stalls_below(0.0011, len)
    made_up_checkup(stall_seconds=None, requests=0)
    with pytest.raises(AssertionError, match="only 0 requests"):
        assert_stalls_below(0.0011, len)


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


@pytest.mark.parametrize("assertion", [assert_releases_gil, assert_holds_gil])
def test_part_that_is_no_number_is_refused(assertion):
    with pytest.raises(TypeError, match="'at_least'"):
        assertion(len, (), at_least=None)


@pytest.mark.parametrize(("limit", "error"), [(0, ValueError), (None, TypeError)])
def test_limit_that_is_no_limit_is_refused(limit, error):
    with pytest.raises(error, match="'limit'"):
        assert_stalls_below(limit, len, ())
