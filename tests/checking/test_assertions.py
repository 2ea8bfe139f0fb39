"""The assertions of gilext.testing: both sides of each, and none passes on what it can't see."""

from dataclasses import replace

import pytest

from gilext import check, hold_for, release_for, testing
from gilext.checking.terms import terms_of
from gilext.checking.verdict import MIN_REQUESTS
from gilext.core.environment import is_gil_enabled
from gilext.testing import (
    assert_detaches,
    assert_holds_gil,
    assert_pauses_below,
    assert_releases_gil,
    assert_stalls_below,
)

TERMS = terms_of(is_gil_enabled())


@pytest.mark.parametrize("assertion", [assert_releases_gil, assert_detaches])
def test_what_lets_others_run_passes_and_its_twin_fails(assertion):
    is_free = "has the GIL released" if is_gil_enabled() else "is detached"

    assertion(release_for, 0.01)
    with pytest.raises(AssertionError, match=f"hold_for {is_free} for (.|\n)*{TERMS.longest_kept}"):
        assertion(hold_for, 0.01)


@pytest.mark.with_gil
def test_what_holds_the_gil_passes_and_its_twin_fails():
    assert_holds_gil(hold_for, 0.01)
    with pytest.raises(AssertionError, match="release_for holds the GIL for"):
        assert_holds_gil(release_for, 0.01)


@pytest.mark.without_gil
def test_nothing_holds_a_gil_that_is_not_there():
    with pytest.raises(AssertionError, match="this interpreter has none"):
        assert_holds_gil(hold_for, 0.01)


def in_python(steps=50_000):
    total = 0
    for step in range(steps):
        total += step
    return total


def test_python_code_does_not_detach():
    with pytest.raises(AssertionError, match="verdict: shares"):
        assert_detaches(in_python)


@pytest.mark.slow
@pytest.mark.parametrize("assertion", [assert_stalls_below, assert_pauses_below])
def test_waits_are_below_what_they_are_below_and_no_more(assertion):
    with pytest.raises(AssertionError, match="a thread waited"):
        assertion(1e-6, hold_for, 0.02)
    assertion(1000, hold_for, 0.02)


def test_attached_loop_keeps_others_waiting_longer_than_its_twin():
    held, released = (check(call, 0.02).stall_seconds for call in (hold_for, release_for))

    assert_pauses_below(held, release_for, 0.02)
    with pytest.raises(AssertionError, match="a thread waited"):
        assert_pauses_below(min(released, held / 2), hold_for, 0.02)


@pytest.fixture
def made_up_checkup(monkeypatch):
    """Have the assertions see a checkup that is made up."""
    checked = check(release_for, 0.001, seconds=0.01)

    def make_up(**fields):
        known = {
            "samples": 1000,
            "call_seconds": 0.001,
            "requests": MIN_REQUESTS,
            "gil_enabled": True,
        }
        made_up = replace(checked, **(known | fields))
        monkeypatch.setattr(testing, "check", lambda *args, **kwargs: made_up)

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


def test_without_a_gil_the_same_is_said_in_its_words(made_up_checkup):
    attached = {"gil_enabled": False, "held_fraction": None, "held_error": None}
    made_up_checkup(**attached, attached_fraction=0.02, attached_error=0.01, stall_seconds=0.001)
    assert_detaches(len)
    assert_pauses_below(0.002, len)
    with pytest.raises(AssertionError, match=r"1 ms to stop the world while .* less than 1 ms"):
        assert_pauses_below(0.001, len)
    made_up_checkup(**attached, attached_fraction=0.6, attached_error=0.01, requests=1)
    with pytest.raises(AssertionError, match=r"is detached for 40\.0% ± 1\.0% of its time"):
        assert_detaches(len)
    with pytest.raises(AssertionError, match="only 1 stops of the world fell into a call"):
        assert_pauses_below(1000, len)


@pytest.mark.parametrize("assertion", [assert_releases_gil, assert_detaches, assert_holds_gil])
@pytest.mark.parametrize("part", [-0.1, 1.1, float("nan")])
def test_part_outside_of_the_range_is_refused(assertion, part):
    with pytest.raises(ValueError, match="'at_least'"):
        assertion(len, (), at_least=part)


@pytest.mark.parametrize("assertion", [assert_releases_gil, assert_detaches, assert_holds_gil])
def test_part_that_is_no_number_is_refused(assertion):
    with pytest.raises(TypeError, match="'at_least'"):
        assertion(len, (), at_least=None)


@pytest.mark.parametrize("assertion", [assert_stalls_below, assert_pauses_below])
@pytest.mark.parametrize(("limit", "error"), [(0, ValueError), (None, TypeError)])
def test_limit_that_is_no_limit_is_refused(assertion, limit, error):
    with pytest.raises(error, match="'limit'"):
        assertion(limit, len, ())
