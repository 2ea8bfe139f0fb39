"""What checks of exercises judge with: each judgement passes what is right and faults what isn't."""

import time
from contextlib import nullcontext, suppress
from dataclasses import replace
from functools import partial

import pytest

import gilext
from gilext.checking.checkup import check
from gilext.course import grading
from gilext.course.grading import (
    NotYet,
    Unclear,
    many_calls,
    must_hold,
    must_not_leak,
    must_raise,
    must_release,
    must_return,
)

LONG = 2_000_000  # turns of the loop: some milliseconds
KEPT = []


def half_released(turns):
    """Hold the GIL, or stay attached, for half of the time."""
    gilext.spin_held(turns)
    gilext.spin_released(turns)


def fail(*_):
    raise LookupError("lost")


def test_returned_value_has_to_be_equal():
    must_return(7, max, 3, 7)
    with pytest.raises(NotYet, match=r"^max\(3, 7\) returned 7; 8 was expected\.\n\nMeant\.$"):
        must_return(8, max, 3, 7, why="Meant.")


def test_exception_instead_of_a_value_is_told():
    with pytest.raises(NotYet, match=r"^fail\(1\) raised LookupError: lost; 8 was expected\.$"):
        must_return(8, fail, 1)


def test_exception_is_returned_and_its_absence_told():
    assert str(must_raise(LookupError, fail)) == "lost"
    with pytest.raises(NotYet, match=r"raised LookupError: lost; KeyError was expected"):
        must_raise(KeyError, fail)
    with pytest.raises(NotYet, match=r"max\(1, 2\) returned 2 and raised nothing"):
        must_raise(KeyError, max, 1, 2)


def test_long_arguments_are_cut():
    with pytest.raises(NotYet, match=r"^len\(b'x{35}\.\.\.\) returned 99"):
        must_return(0, len, b"x" * 99)


def judged(judgement, *args):
    """Judge anew until enough could be measured, as grading does."""
    for _ in range(30):
        with suppress(Unclear):
            return judgement(*args)
    raise AssertionError("the machine is too busy to judge anything")


def test_released_loop_passes_and_a_held_one_does_not():
    judged(must_release, gilext.spin_released, LONG)
    with pytest.raises(NotYet, match="spin_held"):
        judged(must_release, gilext.spin_held, LONG)


def test_loop_that_is_released_by_half_does_not_pass():
    with pytest.raises((NotYet, Unclear), match="half_released"):
        must_release(half_released, 10 * LONG)


def test_held_loop_is_seen_to_hold():
    judged(must_hold, gilext.spin_held, LONG)
    with pytest.raises(NotYet, match="spin_released"):
        judged(must_hold, gilext.spin_released, LONG)


def test_many_calls_show_what_one_is_too_short_for():
    judged(must_hold, many_calls(gilext.spin_held, 10))
    with pytest.raises(NotYet, match=r"spin_released\(\) (released the GIL|was detached) before"):
        judged(must_hold, many_calls(gilext.spin_released, 10))


@pytest.mark.parametrize("is_gil_enabled", [True, False])
@pytest.mark.parametrize(
    ("kept", "error", "judgement"),
    [
        (1.0, 0.003, None),
        (0.999, 0.004, None),
        (0.928, 0.015, NotYet),  # released for a few nanoseconds in each call
        (0.97, 0.01, NotYet),
        (0.97, 0.04, Unclear),
        (1.0, 0.07, Unclear),
    ],
)
def test_only_what_keeps_it_all_the_time_holds(monkeypatch, is_gil_enabled, kept, error, judgement):
    found = replace(
        check(gilext.spin_held, 2_000, seconds=0.01),
        verdict="holds" if is_gil_enabled else "stays attached",
        gil_enabled=is_gil_enabled,
        **dict.fromkeys(("held_fraction", "attached_fraction"), kept),
        **dict.fromkeys(("held_error", "attached_error"), error),
    )
    monkeypatch.setattr(grading, "check", lambda fn, *args, seconds: found)

    with pytest.raises(judgement) if judgement else nullcontext():
        must_hold(gilext.spin_held, 2_000)


def test_too_little_evidence_is_no_fault(monkeypatch):
    def see_nothing(fn, *args, seconds):
        return check(fn, *args, seconds=0.001)

    monkeypatch.setattr(grading, "check", see_nothing)

    for judgement in (must_release, must_hold):
        with pytest.raises(Unclear):
            judgement(len, "")


@pytest.mark.slow
def test_leak_is_named():
    judged(must_not_leak, len, "abc")
    with pytest.raises(NotYet, match=r"leaks one reference per call to argument 1"):
        judged(must_not_leak, KEPT.append, object())
    KEPT.clear()


@pytest.mark.slow
def test_leak_of_calls_that_fail_is_named():
    def keep_and_fail(value):
        KEPT.append(value)
        raise LookupError

    never_leaks = partial(must_not_leak, raises=LookupError)
    judged(never_leaks, fail)
    with pytest.raises(NotYet, match="leaks one reference"):
        judged(never_leaks, keep_and_fail, object())
    KEPT.clear()


@pytest.mark.slow
def test_leak_that_there_was_no_time_to_see_is_unclear(monkeypatch):
    monkeypatch.setattr(grading, "_LEAK_SECONDS", (0.01, 0.02))

    with pytest.raises(Unclear, match=r"couldn't be seen whether sleep\(\) leaks"):
        must_not_leak(time.sleep, 0.05)
