"""What the sums of a recording say of held and waited time, and how certain that is."""

import random
from itertools import pairwise

import pytest

from gilext.recording.estimates import Waits, held_fraction, waits

MADE_OF = (
    *("held_ns", "observed_ns", "observed_pairs", "changes", "changes_ns2", "unseen_ns2"),
    *("wait_ns", "wait_squares_ns", "wait_jumps", "wait_jumps_ns2", "held_wait_ns"),
    *("pressure_ns", "pressure_jumps", "pressure_jumps_ns2"),
)


def sums_of(samples, widest=10**9):
    """Sum up (time, is held, waiters) samples as csrc/recording/recorder.c does."""
    sums = dict.fromkeys(MADE_OF, 0)
    sums |= {"start_ns": samples[0][0], "end_ns": samples[-1][0]}
    for before, after in pairwise(samples):
        gap = after[0] - before[0]
        for _, is_held, waiters in (before, after):
            sums["held_ns"] += gap / 2 * is_held
            sums["wait_ns"] += gap / 2 * waiters
            sums["wait_squares_ns"] += gap / 2 * waiters**2
            sums["pressure_ns"] += gap / 2 * (waiters > 0)
            sums["held_wait_ns"] += gap / 2 * is_held * waiters
        if gap > widest:
            sums["unseen_ns2"] += gap**2
            continue
        sums["observed_ns"] += gap
        sums["observed_pairs"] += 1
        jumps = [
            ("changes", after[1] - before[1]),
            ("wait_jumps", after[2] - before[2]),
            ("pressure_jumps", (after[2] > 0) - (before[2] > 0)),
        ]
        for name, jump in jumps:
            sums[name] += jump**2
            sums[f"{name}_ns2"] += jump**2 * gap**2
    return sums


def totals_of(samples, widest=10**9):
    """Sum up (time, is held) samples."""
    return sums_of([(now, is_held, 0) for now, is_held in samples], widest)


def sampled(period, duty, interval, seconds, seed):
    """Sample a periodic signal at jittered intervals."""
    chance = random.Random(seed)
    phase = chance.random() * period
    now, samples = 0.0, []
    while now < seconds * 1e9:
        samples.append((round(now), (now + phase) % period < duty * period))
        now += interval * (0.5 + chance.random())
    return samples


@pytest.mark.slow
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


def queue(mean_ns, most, seconds, chance):
    """Return when how many wait: a walk up and down between nobody and `most`."""
    now, waiters, steps = 0.0, 0, []
    while now < seconds * 1e9:
        steps.append((now, waiters))
        now += chance.expovariate(1 / mean_ns)
        waiters += 1 if waiters == 0 else -1 if waiters == most else chance.choice([-1, 1])
    return steps


def truth(steps, end, weight):
    edges = [*(now for now, _ in steps), end]
    return sum(weight(steps[i][1]) * (edges[i + 1] - edges[i]) for i in range(len(steps)))


def sampled_queue(steps, end, interval, chance):
    """Sample a queue at jittered intervals, the first and the last sample at its ends."""
    times = [0.0]
    while times[-1] < end:
        times.append(min(end, times[-1] + interval * (0.5 + chance.random())))
    samples, place = [], 0
    for now in times:
        while place + 1 < len(steps) and steps[place + 1][0] <= now:
            place += 1
        samples.append((round(now), steps[place][1] < 3, steps[place][1]))
    return samples


@pytest.mark.slow
@pytest.mark.parametrize("mean", [40e3, 200e3, 5e6], ids="{:g} ns".format)
@pytest.mark.parametrize("most", [1, 2, 7])
def test_true_waits_lie_in_their_error_bars_nine_times_of_ten(mean, most):
    runs, end = 100, 0.15e9
    in_wait = in_pressure = in_waiters = 0
    for seed in range(runs):
        chance = random.Random(seed)
        steps = queue(mean, most, end * 1e-9, chance)
        found = waits(sums_of(sampled_queue(steps, end, 200e3, chance)))
        waited = truth(steps, end, lambda waiters: waiters)
        pressed = truth(steps, end, lambda waiters: waiters > 0)
        held = truth(steps, end, lambda waiters: waiters < 3)
        held_wait = truth(steps, end, lambda waiters: waiters * (waiters < 3))
        in_wait += abs(found.wait_seconds - waited * 1e-9) <= found.wait_error
        in_pressure += abs(found.pressure - pressed / end) <= found.pressure_error
        in_waiters += abs(found.waiters - held_wait / held) <= found.waiters_error

    assert min(in_wait, in_pressure, in_waiters) >= 0.9 * runs


def test_pair_too_far_apart_makes_waits_less_certain():
    close = [(100 * i, True, 0) for i in range(4)]
    torn = close + [(time + 10**6, True, 0) for time, _, _ in close]

    found = waits(sums_of(torn, widest=400))

    assert found.wait_seconds == found.pressure == found.waiters == 0
    assert found.wait_error > 0.3e-3
    assert found.pressure_error > 0.3


def test_waiters_while_held_are_unknown_if_nobody_held():
    found = waits(sums_of([(0, False, 1), (100, False, 1)]))

    assert found.wait_seconds == pytest.approx(100e-9)
    assert found.waiters is None
    assert found.waiters_error is None


def test_no_time_is_no_knowledge_of_waits():
    assert waits(sums_of([(5, True, 1)])) == Waits()
