"""Trends of made-up rounds: what grows with the calls is sure, and nothing else ever is."""

from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gilext.references.growth import MANY_PER_FEW, MIN_PAIRS, trend

few_examples = settings(max_examples=30)
CALLS = st.integers(1, 10_000)
OFFSETS = st.integers(-(10**9), 10**9)
PAIRS = st.integers(MIN_PAIRS, 12)


@st.composite
def noise(draw, pairs, most):
    """Return changes of rounds without a call, of few, and of many calls, each close to 0."""
    lists = st.lists(st.floats(-1, 1), min_size=pairs, max_size=pairs)
    return [[round(most * one) for one in draw(lists)] for _ in range(3)]


@few_examples
@given(data=st.data(), pairs=PAIRS, calls=CALLS, offset=OFFSETS)
def test_what_each_round_leaves_behind_is_never_sure(data, pairs, calls, offset):
    rounds = [[offset + one for one in some] for some in data.draw(noise(pairs, 1))]

    assert not trend(*rounds, calls).is_sure


@few_examples
@given(data=st.data(), pairs=PAIRS, calls=CALLS, offset=OFFSETS)
def test_what_a_round_without_calls_leaves_behind_changes_no_trend(data, pairs, calls, offset):
    none, few, many = data.draw(noise(pairs, 1000))
    moved = [[offset + one for one in some] for some in (none, few, many)]

    assert trend(*moved, calls) == trend(none, few, many, calls)


@few_examples
@given(pairs=PAIRS, calls=CALLS, rate=st.floats(0.01, 100), full=st.floats(0, 1))
def test_cache_that_is_full_before_the_last_round_is_never_sure(pairs, calls, rate, full):
    sizes = [calls, MANY_PER_FEW * calls] * pairs
    room = full * rate * sum(sizes[:-1])
    entries = [0, *(int(min(room, rate * made)) for made in accumulate(sizes))]
    added = [after - before for before, after in pairwise(entries)]

    assert not trend([0] * pairs, added[::2], added[1::2], calls).is_sure


@few_examples
@given(pairs=PAIRS, calls=CALLS, rounds=st.integers(1, MIN_PAIRS))
def test_list_that_is_cut_within_the_stage_is_never_sure(pairs, calls, rounds):
    sizes = [calls, MANY_PER_FEW * calls] * pairs
    cut_after = rounds * calls * (1 + MANY_PER_FEW)
    entries = [made % cut_after for made in accumulate(sizes, initial=0)]
    added = [after - before for before, after in pairwise(entries)]

    assert not trend([0] * pairs, added[::2], added[1::2], calls).is_sure


@few_examples
@given(pairs=PAIRS, calls=CALLS, size=st.integers(1, 10**6))
@pytest.mark.parametrize("sign", [1, -1], ids=["more", "fewer"])
def test_what_rounds_of_few_free_and_those_of_many_take_is_never_sure(pairs, calls, size, sign):
    assert not trend([0] * pairs, [-sign * size] * pairs, [sign * size] * pairs, calls).is_sure


@few_examples
@given(data=st.data(), pairs=PAIRS, calls=CALLS, per_round=st.integers(3, 10**6))
@pytest.mark.parametrize("sign", [1, -1], ids=["more", "fewer"])
def test_growth_in_proportion_is_sure_if_the_noise_is_below_it(data, pairs, calls, per_round, sign):
    most = 0.2 * per_round
    none, few, many = data.draw(noise(pairs, most))

    found = trend(
        [0] * len(none),
        [sign * per_round + one for one in few],
        [sign * MANY_PER_FEW * per_round + one for one in many],
        calls,
    )

    assert found.is_sure
    furthest = 2 * most / (MANY_PER_FEW - 1) / calls
    assert found.per_call == pytest.approx(sign * per_round / calls, abs=furthest + 1e-9)


@few_examples
@given(data=st.data(), pairs=PAIRS, calls=CALLS)
def test_falling_is_judged_as_growing_is(data, pairs, calls):
    rounds = data.draw(noise(pairs, 50))
    risen = trend(*rounds, calls)

    fallen = trend(*([-one for one in some] for some in rounds), calls)

    assert (fallen.per_call, fallen.error) == pytest.approx((-risen.per_call, risen.error))
    assert fallen.is_sure == risen.is_sure


@pytest.mark.parametrize(
    ("few", "many", "is_sure"),
    [
        ([10, 10], [40, 40], True),
        ([10, 10], [40], True),
        ([10], [40], False),  # two rounds may agree by chance
        ([10, 10], [40, 30], False),
        ([10, 0], [40, 40], False),
        ([-10, -10], [-40, -40], True),
        ([5, 5], [20, 20], False),  # one in two calls can't be told from noise
    ],
)
def test_few_rounds_are_sure_only_if_each_call_leaves_something(few, many, is_sure):
    assert trend([0], few, many, calls=10).is_sure == is_sure


def test_growth_beside_more_that_each_round_leaves_itself_is_sure():
    found = trend([100] * 4, [110] * 4, [140] * 4, calls=10)

    assert found.is_sure
    assert found.per_call == 1


def test_rates_below_one_per_call_are_told_with_their_error():
    found = trend([0] * 4, [9, 11, 10, 10], [40, 41, 39, 40], calls=100)

    assert found.is_sure
    assert found.per_call == pytest.approx(0.1, abs=found.error)
    assert 0 < found.error < 0.01
