"""Holds: a sequence of Hold in 32 bytes each."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gilext.recording.holds import Hold, Holds

made_up = st.lists(
    st.builds(
        Hold,
        st.integers(0, 10**12).map(lambda ns: ns * 1e-9),
        st.integers(0, 10**10).map(lambda ns: ns * 1e-9),
        st.integers(0, 1000),
        st.booleans(),
        st.integers(0, 10**11).map(lambda ns: ns * 1e-9),
        st.booleans(),
    ),
    max_size=20,
)


def almost(holds):
    return [
        (
            pytest.approx(hold.start_seconds),
            pytest.approx(hold.seconds, abs=1e-8),
            hold.thread,
            hold.requested,
            pytest.approx(hold.waited_seconds),
            hold.gapped,
        )
        for hold in holds
    ]


def fields(holds):
    return [
        (
            hold.start_seconds,
            hold.seconds,
            hold.thread,
            hold.requested,
            hold.waited_seconds,
            hold.gapped,
        )
        for hold in holds
    ]


@given(made_up)
def test_holds_are_those_that_went_in(given_holds):
    holds = Holds.of(given_holds)

    assert len(holds) == len(given_holds)
    assert fields(holds) == almost(given_holds)
    assert fields(reversed(holds)) == almost(given_holds[::-1])


@given(made_up, st.slices(20))
def test_slice_of_holds_is_that_of_a_list(given_holds, part):
    holds = Holds.of(given_holds)

    assert list(holds[part]) == list(holds)[part]


@given(made_up, st.integers(-30, 30))
def test_index_is_that_of_a_list(given_holds, index):
    holds = Holds.of(given_holds)

    if -len(holds) <= index < len(holds):
        assert holds[index] == list(holds)[index]
    else:
        with pytest.raises(IndexError):
            holds[index]


@given(made_up)
def test_copies_are_equal_and_what_differs_is_not(given_holds):
    holds = Holds.of(given_holds)

    assert copy.deepcopy(holds) == pickle.loads(pickle.dumps(holds)) == holds
    assert hash(copy.copy(holds)) == hash(holds)
    assert holds != Holds.of([*given_holds, Hold(1e4, 1.0, 0)])
    assert holds != given_holds


@given(made_up)
def test_columns_have_one_entry_for_each_hold(given_holds):
    holds = Holds.of(given_holds)

    columns = holds.columns()

    assert columns["start_seconds"] == [hold.start_seconds for hold in holds]
    assert columns["seconds"] == [hold.seconds for hold in holds]
    assert columns["thread"] == [hold.thread for hold in holds]
    assert columns["waited_seconds"] == [hold.waited_seconds for hold in holds]


@given(made_up, st.integers(-(10**9), 0))
def test_spans_are_the_holds_without_their_details(given_holds, origin_ns):
    holds = Holds(Holds.of(given_holds)._data, origin_ns)

    assert [thread for *_, thread in holds.spans()] == [hold.thread for hold in holds]
    for (start, end, _), hold in zip(holds.spans(), holds, strict=True):
        assert start == hold.start_seconds
        assert end == pytest.approx(hold.start_seconds + hold.seconds)


def test_what_others_waited_is_none_if_it_is_unknown():
    rows = Holds.of([Hold(0.0, 1.0, 0, True, 0.5)])._data

    assert Holds(rows, knows_waits=True)[0].waited_seconds == 0.5
    assert Holds(rows)[0].waited_seconds is None
    assert Holds(rows).columns()["waited_seconds"] == [None]
    assert Holds.of([Hold(0.0, 1.0, 0)])[0].waited_seconds is None


def test_origin_is_what_starts_are_counted_from():
    late = Holds.of([Hold(5.0, 1.0, 3)])

    (hold,) = Holds(memoryview(late._data), origin_ns=2 * 10**9)

    assert hold == Hold(3.0, 1.0, 3)


def test_repr_says_how_many():
    assert repr(Holds.of([Hold(0.0, 1.0, 0)] * 3)) == "<3 holds>"
