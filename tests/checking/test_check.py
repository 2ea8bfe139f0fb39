"""check() and the assertions: both sides of each, and no verdict without evidence."""

import contextlib
import ctypes
import subprocess
import sys
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from math import ceil

import pytest

import gilext
from gilext import _native, check, hold_for, info, release_for
from gilext.checking import checkup
from gilext.checking.terms import terms_of
from gilext.core.environment import is_gil_enabled

# What the source says, in the words for the interpreter that runs the suite.
FREES, KEEPS = (terms := terms_of(is_gil_enabled())).freeing, terms.keeping


def in_python(steps=600_000):
    total = 0
    for step in range(steps):
        total += step
    return total


@pytest.mark.parametrize(
    ("function", "argument", "verdict"),
    [
        (hold_for, 0.01, KEEPS),
        (hold_for, 0.15, KEEPS),
        (release_for, 0.01, FREES),
        (gilext.count_primes_held, 10**7, KEEPS),
        (gilext.count_primes_released, 10**7, FREES),
        (time.sleep, 0.005, FREES),
        (in_python, 20_000, "shares"),
        (in_python, 600_000, "shares"),
        (in_python, 6_000_000, "shares"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_verdict_is_what_the_source_says(function, argument, verdict):
    checkup = check(function, argument)

    assert (checkup.verdict, checkup.reason) == (verdict, None)


def test_call_that_is_wrapped_in_python_holds_all_the_same():
    def call():
        held_for = hold_for(0.06)
        return held_for

    assert check(call).verdict == KEEPS


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
@pytest.mark.parametrize(
    ("function", "argument", "verdict"),
    [(hold_for, 0.01, KEEPS), (release_for, 0.01, FREES), (in_python, 600_000, "shares")],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_verdict_is_the_same_where_others_take_the_cores(function, argument, verdict, taken_cores):
    for _ in range(5):
        assert check(function, argument).verdict == verdict


def test_nothing_is_guessed_of_calls_too_short():
    checkup = check(gilext.spin_held, 0, seconds=0.1)

    assert checkup.verdict == "not enough evidence"
    assert "too short" in checkup.reason
    assert checkup.reason in " ".join(str(checkup).split())


def test_short_python_code_is_not_said_to_hold():
    checkup = check(in_python, 200, seconds=0.2)

    assert checkup.verdict == "not enough evidence"


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
            "no_core_ns": 2 * 10**8,
            "longest_hold_ns": 5 * 10**6,
            "knows_attachment": True,
            "windows": [(self.samples, self.held, self.held)] if self.samples else [],
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
    assert found.no_core_seconds == pytest.approx(0.02)
    assert found.kept_seconds == pytest.approx((0.75 * 0.08, found.held_error * 0.08))
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


@pytest.mark.skipif(sys.version_info < (3, 13), reason="thread states don't say it before 3.13")
@pytest.mark.parametrize("function", [hold_for, release_for])
def test_a_thread_is_attached_while_it_holds_the_gil(function):
    checkup = check(function, 0.01)

    if is_gil_enabled():
        error = checkup.held_error + checkup.attached_error
        assert checkup.attached_fraction == pytest.approx(checkup.held_fraction, abs=error)
    else:
        assert checkup.held_fraction is checkup.held_error is None
    assert (checkup.attached_fraction > 0.5) == (function is hold_for)


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="thread states say it since 3.13")
def test_whether_it_was_attached_is_unknown_before_3_13():
    checkup = check(hold_for, 0.01, seconds=0.1)

    assert checkup.attached_fraction is checkup.attached_error is None
    assert checkup.held_fraction > 0.5


def test_nothing_is_judged_if_the_gil_comes_back(monkeypatch):
    MadeUp(monkeypatch)
    answers = iter([False])
    monkeypatch.setattr(checkup, "is_gil_enabled", lambda: next(answers, True))

    found = check(len, ())

    assert found.verdict == "not enough evidence"
    assert found.reason == "the GIL came back while it was checked"
    assert not found.gil_enabled
