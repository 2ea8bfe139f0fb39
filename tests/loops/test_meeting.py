"""Meeting: parties that are inside C at the same moment meet, and no others do.

A long timeout never makes a test slow, nor decides it: parties that can meet do so at once.
"""

import operator
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock
from time import sleep
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gilext

LONG = 60.0
SHORT = 0.01

InThreads = Callable[..., list[Any]]

each_wait = pytest.mark.parametrize(
    "wait",
    [
        pytest.param(gilext.Meeting.wait_held, id="held"),
        pytest.param(gilext.Meeting.wait_released, id="released"),
    ],
)


def from_one_line(*calls: Callable[[], Any]) -> list[Callable[[], Any]]:
    """Return the calls such that each waits until all of their threads have started.

    Starting a thread under a tracer stops the world, which a party that waits held, and so
    attached, does not allow.
    """
    line = gilext.Meeting(len(calls))

    def after_the_line(call: Callable[[], Any]) -> Any:
        assert line.wait_released(LONG)
        return call()

    return [partial(after_the_line, call) for call in calls]


# -- who meets ------------------------------------------------------------------------------


@each_wait
def test_a_meeting_of_one_takes_place_at_once(wait: Callable[..., bool]) -> None:
    meeting = gilext.Meeting(1)
    assert [wait(meeting, timeout) for timeout in (0, LONG, 0)] == [True, True, True]


@each_wait
@pytest.mark.parametrize("parties", [2, 3, 2**31 - 1])
def test_a_party_that_comes_alone_meets_nobody(wait: Callable[..., bool], parties: int) -> None:
    assert wait(gilext.Meeting(parties), SHORT) is False


@pytest.mark.parametrize("parties", [2, 3, 8])
def test_released_parties_meet(parties: int, in_threads: InThreads) -> None:
    meeting = gilext.Meeting(parties)
    assert in_threads(*[partial(meeting.wait_released, LONG)] * parties) == [True] * parties


@pytest.mark.with_gil
@pytest.mark.parametrize("parties", [2, 3, 8])
def test_held_parties_do_not_meet(parties: int, in_threads: InThreads) -> None:
    meeting = gilext.Meeting(parties)
    calls = from_one_line(*[partial(meeting.wait_held, SHORT)] * parties)
    assert in_threads(*calls) == [False] * parties


@pytest.mark.without_gil
@pytest.mark.parametrize("parties", [2, 3, 8])
def test_without_a_gil_held_parties_meet(
    parties: int, in_threads: InThreads, gc_paused: None
) -> None:
    meeting = gilext.Meeting(parties)
    calls = from_one_line(*[partial(meeting.wait_held, LONG)] * parties)
    assert in_threads(*calls) == [True] * parties


def wait_held_after_the_others(meeting: gilext.Meeting) -> bool:
    while not meeting.wait_held(0):
        sleep(0.001)
    return True


@pytest.mark.parametrize("released", [1, 2, 5])
def test_one_held_party_that_comes_last_meets_released_ones(
    released: int, in_threads: InThreads
) -> None:
    meeting = gilext.Meeting(released + 1)
    parties = [partial(meeting.wait_released, LONG)] * released
    met = in_threads(*parties, partial(wait_held_after_the_others, meeting))
    assert met == [True] * (released + 1)


@pytest.mark.parametrize(
    ("timeout", "meets"),
    [
        pytest.param(SHORT, False, id="with_gil", marks=pytest.mark.with_gil),
        pytest.param(LONG, True, id="without_gil", marks=pytest.mark.without_gil),
    ],
)
def test_a_held_party_that_comes_first_keeps_a_released_one_out(
    timeout: float, meets: bool, in_threads: InThreads, gc_paused: None
) -> None:
    # The second party waits for the gate. map() opens it and goes to the meeting without a
    # bytecode between the two, so with a GIL the second party can't be the first to come.
    meeting = gilext.Meeting(2)
    gate = Lock()
    gate.acquire()

    def first() -> bool:
        _, met = map(operator.call, (gate.release, partial(meeting.wait_held, timeout)))
        return met

    def second() -> bool:
        with gate:
            return meeting.wait_released(timeout if meets else 0)

    assert in_threads(*from_one_line(first, second)) == [meets, meets]


# -- who counts -----------------------------------------------------------------------------


@each_wait
@given(parties=st.integers(2, 6), attempts=st.integers(1, 20))
def test_a_party_that_gave_up_does_not_count(
    wait: Callable[..., bool], parties: int, attempts: int
) -> None:
    meeting = gilext.Meeting(parties)
    assert [wait(meeting, 0) for _ in range(attempts)] == [False] * attempts


@each_wait
def test_parties_that_gave_up_at_once_do_not_count(
    wait: Callable[..., bool], in_threads: InThreads
) -> None:
    meeting = gilext.Meeting(3)
    assert in_threads(*[partial(wait, meeting, SHORT)] * 2) == [False, False]
    assert wait(meeting, 0) is False
    assert in_threads(*[partial(meeting.wait_released, LONG)] * 3) == [True] * 3


@settings(max_examples=20)
@given(parties=st.integers(1, 6), rounds=st.integers(1, 4))
def test_a_meeting_needs_all_parties_and_no_more(parties: int, rounds: int) -> None:
    meeting = gilext.Meeting(parties)
    arrivals: list[None] = []

    def attend() -> None:
        for round_ in range(rounds):
            arrivals.append(None)
            assert meeting.wait_released(LONG)
            assert len(arrivals) >= (round_ + 1) * parties

    with ThreadPoolExecutor(parties) as pool:
        futures = [pool.submit(attend) for _ in range(parties)]
    assert [future.result() for future in futures] == [None] * parties
    assert len(arrivals) == parties * rounds


@pytest.mark.parametrize(("parties", "threads"), [(1, 4), (2, 4), (2, 8), (3, 6)])
def test_more_threads_than_parties_meet_in_groups(
    parties: int, threads: int, in_threads: InThreads
) -> None:
    meeting = gilext.Meeting(parties)
    assert in_threads(*[partial(meeting.wait_released, LONG)] * threads) == [True] * threads


def test_who_is_left_over_waits_for_the_next_group(in_threads: InThreads) -> None:
    meeting = gilext.Meeting(2)
    come: list[bool] = []

    def one_of_three() -> None:
        come.append(meeting.wait_released(LONG))

    def latecomer() -> int:
        while len(come) < 2:
            sleep(0.001)
        others = len(come)
        come.append(meeting.wait_released(LONG))
        return others

    *_, others = in_threads(one_of_three, one_of_three, one_of_three, latecomer)
    assert others == 2
    assert come == [True] * 4


def test_parties_tell_how_many_have_to_be_there() -> None:
    assert gilext.Meeting(7).parties == gilext.Meeting(parties=7).parties == 7


def test_many_rounds_of_many_threads_all_take_place(run_child: Callable[..., Any]) -> None:
    assert run_child("meeting_stress.py").stdout == "all met\n"


# -- whom it lets run, and Ctrl-C -----------------------------------------------------------


@pytest.mark.with_gil
def test_no_other_thread_runs_while_a_party_waits_held(
    another_thread_ran_during: Callable[..., bool],
) -> None:
    meeting = gilext.Meeting(2)
    assert not any(another_thread_ran_during(partial(meeting.wait_held, SHORT)) for _ in range(10))


def test_other_threads_run_while_a_party_waits_released(
    another_thread_ran_during: Callable[..., bool],
) -> None:
    meeting = gilext.Meeting(2)
    while not another_thread_ran_during(partial(meeting.wait_released, SHORT)):
        pass


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        pytest.param("wait_released", "exception before the end", id="released"),
        pytest.param("wait_held", "exception after the end", id="held"),
    ],
)
def test_ctrl_c_ends_a_released_wait_and_not_a_held_one(
    call: str, answer: str, run_child: Callable[..., Any]
) -> None:
    assert run_child("pending_signal.py", call).stdout == f"{answer}\n"


def test_a_party_that_ctrl_c_took_away_does_not_count(run_child: Callable[..., Any]) -> None:
    assert run_child("interrupted_party.py").stdout == "does not count\n"
