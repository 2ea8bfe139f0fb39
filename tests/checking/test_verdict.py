"""The rules of a verdict, with numbers made up."""

from dataclasses import replace

import pytest

from gilext.checking.verdict import (
    Judgement,
    Requests,
    fraction_and_error,
    judge,
    why_unseen,
)

MS = 1e-3
NOBODY = Requests()
# A hundred calls of 10 ms, of which half was seen.
HELD = Requests(
    calls=100,
    cpu_seconds=1.0,
    requested_calls=100,
    refusals=100,
    seen_seconds=0.5,
    unheeded_seconds=0.45,
)
WRAPPED = replace(HELD, refusals=0, grants=100, calls_at=(0,) * 9 + (100,))
IN_TWO_PARTS = replace(HELD, grants=100, calls_at=(0,) * 7 + (100, 0, 0))
SHARED = Requests(
    calls=100,
    cpu_seconds=1.0,
    requested_calls=100,
    grants=2500,
    calls_at=(100,) * 10,
    seen_seconds=0.5,
    unheeded_seconds=0.002,
)
ONE_LONG_HOLD = Requests(
    calls=1,
    cpu_seconds=0.3,
    requested_calls=1,
    refusals=1,
    seen_seconds=0.29,
    unheeded_seconds=0.28,
)
# Of one call, and one that gave it away twice, near its end: dealing with the result.
TWO_LONG_HOLDS = Requests(
    calls=2,
    cpu_seconds=0.126,
    requested_calls=2,
    grants=4,
    calls_at=(0,) * 7 + (1, 1, 2),
    seen_seconds=0.12,
    unheeded_seconds=0.11,
)
STARVED = Requests(calls=12, cpu_seconds=0.012)
ASKED_TWICE = Requests(calls=12, cpu_seconds=0.012, requested_calls=2, grants=2, seen_seconds=0.006)


@pytest.mark.parametrize(
    ("requests", "verdict"),
    [
        (HELD, "holds"),
        (WRAPPED, "holds"),
        (IN_TWO_PARTS, "holds"),
        (ONE_LONG_HOLD, "holds"),
        (TWO_LONG_HOLDS, "holds"),
        (SHARED, "shares"),
        # Pieces of C code, each a tenth of the call.
        (replace(SHARED, grants=1000, unheeded_seconds=0.45), "shares"),
        (replace(SHARED, grants=300, unheeded_seconds=0.45), "shares"),
        # Rarely asked, and granted here and there: long C code in Python code, or nearly all C.
        (
            replace(SHARED, grants=100, calls_at=(10,) * 10, unheeded_seconds=0.19),
            "not enough evidence",
        ),
        (replace(SHARED, grants=100, calls_at=(10,) * 10, unheeded_seconds=0.21), "holds"),
        (replace(SHARED, grants=100, calls_at=(10,) * 10, unheeded_seconds=0.09), "shares"),
        # Granted at one or two places: that isn't what Python code does.
        (replace(SHARED, calls_at=(0,) * 8 + (100, 100)), "not enough evidence"),
        (replace(SHARED, calls_at=(4,) * 8 + (100, 100)), "not enough evidence"),
        (replace(SHARED, calls_at=(5,) * 8 + (100, 100)), "shares"),
        (replace(SHARED, grants=9), "not enough evidence"),
        (replace(SHARED, grants=10), "shares"),
        # Nobody asked, or too few, or nobody saw.
        (NOBODY, "not enough evidence"),
        (STARVED, "not enough evidence"),
        (ASKED_TWICE, "not enough evidence"),
        (replace(SHARED, seen_seconds=0.049), "not enough evidence"),
        (replace(SHARED, seen_seconds=0.05), "shares"),
        (replace(WRAPPED, seen_seconds=0.0, unheeded_seconds=0.0), "not enough evidence"),
        # Half a call's time has to be seen with a request pending.
        (replace(ONE_LONG_HOLD, seen_seconds=0.16, unheeded_seconds=0.14), "not enough evidence"),
        (replace(ONE_LONG_HOLD, seen_seconds=0.16, unheeded_seconds=0.15), "holds"),
    ],
)
def test_verdict_on_what_holds_follows_its_rule(requests, verdict):
    assert judge(True, 10 * MS, 1000, 1.0, requests).verdict == verdict


def test_what_two_samples_saw_of_a_short_call_is_not_believed():
    granted = replace(WRAPPED, grants=30)

    assert judge(True, 0.2 * MS, 1000, 1.0, granted).verdict == "holds"
    assert judge(True, 0.19 * MS, 1000, 1.0, granted).verdict == "not enough evidence"
    refused = replace(WRAPPED, grants=0, refusals=20)
    assert judge(True, 0.19 * MS, 1000, 1.0, refused).verdict == "holds"


@pytest.mark.parametrize(
    ("refusals", "grants", "verdict"),
    [
        (20, 0, "holds"),
        (19, 0, "not enough evidence"),
        (20, 1, "not enough evidence"),
        (100, 1, "holds"),
        (0, 100, "not enough evidence"),
    ],
)
def test_short_calls_hold_if_they_grant_next_to_nothing(refusals, grants, verdict):
    requests = Requests(
        calls=5000, cpu_seconds=0.1, requested_calls=200, refusals=refusals, grants=grants
    )

    assert judge(True, 20e-6, 1000, 1.0, requests).verdict == verdict


@pytest.mark.parametrize(("fraction", "verdict"), [(0.499, "releases"), (0.5, "holds")])
def test_half_of_the_time_is_holding(fraction, verdict):
    assert judge(True, 10 * MS, 1000, fraction, HELD) == Judgement(verdict)


@pytest.mark.parametrize(
    ("fraction", "requests", "with_gil", "without"),
    [
        (0.1, NOBODY, "releases", "detaches"),
        (1.0, HELD, "holds", "stays attached"),
        (1.0, SHARED, "shares", "shares"),
        (1.0, STARVED, "not enough evidence", "not enough evidence"),
    ],
)
def test_without_a_gil_the_same_evidence_gives_the_verdict(fraction, requests, with_gil, without):
    both = [judge(gil, 10 * MS, 1000, fraction, requests) for gil in (True, False)]

    assert [judgement.verdict for judgement in both] == [with_gil, without]
    assert "GIL" not in (both[1].reason or "")


@pytest.mark.parametrize(
    ("call_seconds", "samples", "requests", "reason", "more_may_help"),
    [
        (
            40e-9, 1000, NOBODY,
            "its calls are too short: 40 ns, and 2 µs can be looked into", False,
        ),
        (
            63 * MS, 49, NOBODY,
            "only 49 samples fell into its calls, of the 50 that it takes", True,
        ),
        (
            63 * MS, 1000, STARVED,
            "it holds the GIL, but no thread requested the GIL inside a call", True,
        ),
        (
            1 * MS, 1000, ASKED_TWICE,
            "it holds the GIL, but only 2 requests for the GIL were made in 12 calls", True,
        ),
        (
            50e-6, 1000, replace(SHARED, calls=20_000),
            "it holds the GIL and gives it away when another thread requests it, but its calls "
            "are too short to tell where: 50 µs, and it takes 200 µs", False,
        ),
    ],
)  # fmt: skip
def test_reason_says_what_is_missing(call_seconds, samples, requests, reason, more_may_help):
    judgement = judge(True, call_seconds, samples, 1.0, requests)

    assert judgement == Judgement("not enough evidence", reason, more_may_help)


@pytest.mark.parametrize(("call_seconds", "samples"), [(2e-6, 50), (1.0, 10**6)])
def test_what_was_seen_often_enough_has_no_reason(call_seconds, samples):
    assert why_unseen(call_seconds, samples) is None


def test_requests_add_up():
    both = ONE_LONG_HOLD + TWO_LONG_HOLDS

    assert both == Requests(
        calls=3,
        cpu_seconds=pytest.approx(0.426),
        requested_calls=3,
        grants=4,
        refusals=1,
        calls_at=(0,) * 7 + (1, 1, 2),
        seen_seconds=pytest.approx(0.41),
        unheeded_seconds=pytest.approx(0.39),
    )
    assert Requests() + SHARED == SHARED


def test_what_nobody_requested_is_unknown():
    assert NOBODY.grants_per_call is None
    assert NOBODY.run_on_fraction is None
    assert SHARED.grants_per_call == 25
    assert HELD.run_on_fraction == pytest.approx(0.9)
    assert WRAPPED.run_on_fraction == pytest.approx(0.9)


@pytest.mark.parametrize(
    "windows", [[(50, 0)], [(50, 50)], [(50, 25)], [(2, 1)], [(1, 0), (1, 1)], [(9, 9)] * 9]
)
def test_interval_of_a_fraction_is_never_empty_and_never_too_wide(windows):
    fraction, error = fraction_and_error(windows)

    assert 0 <= fraction <= 1
    assert 0 < error <= 1


@pytest.mark.parametrize("windows", [[], [(0, 0), (0, 0)]])
def test_fraction_of_no_samples_is_unknown(windows):
    assert fraction_and_error(windows) is None


def test_error_is_wilsons_if_all_windows_are_alike():
    fraction, error = fraction_and_error([(100, 20)] * 16)

    assert fraction == 0.2
    assert error == pytest.approx(0.0203, abs=1e-4)


def test_error_grows_with_what_the_windows_differ_by():
    """Samples that are close together aren't draws of their own: here each window is one."""
    fraction, error = fraction_and_error([(100, 0), (100, 40)] * 8)

    # 2.13 is Student's t of 15 degrees; the 16 windows' fractions deviate by 0.2 from the mean.
    assert fraction == 0.2
    assert error == pytest.approx(2.13 * 0.2 / 15**0.5, rel=0.01)


def test_windows_count_by_their_samples():
    few, many = fraction_and_error([(990, 0), (10, 10)] * 4), fraction_and_error([(500, 5)] * 8)

    assert few[0] == many[0] == 0.01
    assert few[1] > many[1]
