"""What a recording makes of its samples: fractions, errors, stalls, lines."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gilext.recording.holds import Hold
from gilext.recording.parts import stack_samples
from gilext.recording.results import (
    Frame,
    StackSample,
    Stall,
    held_fraction,
)


def totals_of(samples, widest=10**9):
    """Sum up (time, is held) samples as csrc/recording/recorder.c does."""
    totals = dict.fromkeys(("observed_ns", "observed_pairs", "changes", "changes_ns2"), 0)
    totals |= {"unseen_ns2": 0, "held_ns": 0, "start_ns": samples[0][0], "end_ns": samples[-1][0]}
    for (before, was_held), (now, is_held) in pairwise(samples):
        gap = now - before
        totals["held_ns"] += gap * (was_held + is_held) / 2
        if gap > widest:
            totals["unseen_ns2"] += gap**2
            continue
        totals["observed_ns"] += gap
        totals["observed_pairs"] += 1
        if was_held != is_held:
            totals["changes"] += 1
            totals["changes_ns2"] += gap**2
    return totals


def sampled(period, duty, interval, seconds, seed):
    """Sample a periodic signal at jittered intervals."""
    chance = random.Random(seed)
    phase = chance.random() * period
    now, samples = 0.0, []
    while now < seconds * 1e9:
        samples.append((round(now), (now + phase) % period < duty * period))
        now += interval * (0.5 + chance.random())
    return samples


@pytest.mark.parametrize("period", [20e3, 100e3, 1e6, 10e6, 250e6], ids="{:g} ns".format)
@pytest.mark.parametrize("duty", [0.1, 0.5, 0.8])
def test_true_fraction_lies_in_the_error_bar_nine_times_of_ten(period, duty):
    interval, seconds, runs = 200e3, 0.5, 100
    hits = 0
    for seed in range(runs):
        fraction, error = held_fraction(totals_of(sampled(period, duty, interval, seconds, seed)))
        hits += abs(fraction - duty) <= error

    assert hits >= 0.9 * runs


@pytest.mark.parametrize("state", [False, True])
def test_unchanging_state_is_measured_all_but_exactly(state):
    samples = [(200_000 * i, state) for i in range(5000)]

    fraction, error = held_fraction(totals_of(samples))

    assert fraction == state
    assert 0 < error < 0.001


def test_longer_recording_has_a_smaller_error():
    errors = [
        held_fraction(totals_of(sampled(1e5, 0.5, 2e5, seconds, 1)))[1] for seconds in (1, 4, 16)
    ]

    assert errors == sorted(errors, reverse=True)


def test_gap_counts_as_its_ends_say_and_makes_the_error_larger():
    samples = [(100 * i, i % 20 < 10) for i in range(1000)]
    torn = samples + [(time + 10**6, held) for time, held in samples[1:]]
    (last, was_held), (first, is_held) = samples[-1], torn[len(samples)]

    whole = totals_of(samples)
    fraction, error = held_fraction(totals_of(torn, widest=400))

    gap_held = (first - last) * (was_held + is_held) / 2
    assert fraction == pytest.approx((2 * whole["held_ns"] - 50 + gap_held) / torn[-1][0], rel=1e-3)
    assert error > held_fraction(whole)[1]


def test_few_samples_that_agree_are_not_sure_of_the_gap_between_them():
    close = [(100 * i, True) for i in range(4)]
    torn = close + [(time + 10**6, True) for time, _ in close]

    fraction, error = held_fraction(totals_of(torn, widest=400))

    assert fraction == 1.0
    assert error > 0.3


def test_no_time_is_no_knowledge():
    assert held_fraction(totals_of([(5, True)])) == (None, None)


HERE = (Frame("a.py", 1, "f"),)
THERE = (Frame("b.py", 2, "g"), Frame("a.py", 9, "main"))


@given(
    st.floats(0, 100),
    st.floats(0.001, 10),
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from([HERE, THERE])), max_size=8),
)
def test_parts_of_a_stall_add_up_to_the_stall(start, seconds, places):
    taken = [(start + place * seconds, stack) for place, stack in places]
    taken.sort(key=lambda item: item[0])

    parts = stack_samples(Hold(start, seconds, 0), taken)

    assert [part.frames for part in parts] == [stack for _, stack in taken]
    if taken:
        assert sum(part.seconds for part in parts) == pytest.approx(seconds)
        assert all(part.seconds >= -1e-9 for part in parts)


def test_lines_of_stalls_are_summed_up_worst_first(made_up):
    stalls = (
        Stall(Hold(0.0, 0.05, 0), (StackSample(0.02, HERE), StackSample(0.03, THERE))),
        Stall(Hold(1.0, 0.09, 0), (StackSample(0.04, THERE), StackSample(0.05, THERE))),
    )

    first, second = made_up(stalls=stalls).stall_lines()

    assert (first.frame, first.stalls) == (THERE[0], 2)
    assert first.seconds == pytest.approx(0.12)
    assert first.worst_seconds == pytest.approx(0.09)
    assert (second.frame, second.stalls, second.seconds) == (HERE[0], 1, 0.02)


def test_stall_without_stacks_has_no_line(made_up):
    assert made_up(stalls=[Stall(Hold(0.0, 0.05, 0), ())]).stall_lines() == ()
