"""Who waits for the GIL, beside threads that time their waits themselves."""

import sys
import threading
import time
from contextlib import contextmanager
from functools import partial

import pytest

from gilext import hold_for, release_for, watch
from gilext._native import Sampler
from gilext.integrations.pytest_contender import GilContender
from gilext.recording import watch as watching

AWAY = 0.03
WAITING = ("one", "two", "three")

pytestmark = [
    pytest.mark.with_gil,
    pytest.mark.skipif(
        not Sampler(1.0, 0.0, 0.0, 0).counts_waiters, reason="waiters are unknown here"
    ),
]


@contextmanager
def bystanders():
    """Run threads that don't want the GIL."""
    is_over = threading.Event()
    idle = threading.Thread(target=is_over.wait, name="idle")
    joining = threading.Thread(target=idle.join, name="joining")
    for thread in idle, joining:
        thread.start()
    for _ in range(10):
        time.sleep(0.01)  # until both are where they stay
    yield
    is_over.set()
    joining.join()


def hold_while_they_wait(hold):
    """Return the recording of a hold that others wait for, and how long each did by its clock.

    A thread may wait for the GIL before its first line as well.
    """
    begin, own, are_ready = {}, {}, threading.Semaphore(0)

    def go_away_and_want_it_back():
        are_ready.release()
        release_for(AWAY)
        name = threading.current_thread().name
        own[name] = time.perf_counter() - begin[name] - AWAY

    threads = [threading.Thread(target=go_away_and_want_it_back, name=name) for name in WAITING]
    with bystanders(), watch() as watched:
        for thread in threads:
            begin[thread.name] = time.perf_counter()
            thread.start()
        for _ in threads:
            are_ready.acquire()
        hold_for(hold)
        for thread in threads:
            thread.join()
    return watched.recording, own


def stall_of_the_hold(recording):
    (thread,) = [i for i, t in enumerate(recording.by_thread) if t.name == "MainThread"]
    stalls = [stall for stall in recording.stalls if stall.hold.thread == thread]
    return max(stalls, key=lambda stall: stall.hold.seconds, default=None)


def victims_by_name(recording, stall):
    return {recording.by_thread[victim.thread].name: victim for victim in stall.victims}


def test_stall_names_those_who_waited_for_how_long_and_where():
    named = {}
    while set(named) != set(WAITING):
        recording, own = hold_while_they_wait(0.2)
        stall = stall_of_the_hold(recording)
        named = {} if stall is None else victims_by_name(recording, stall)
        blur = 2 * recording.longest_gap_seconds

        assert set(named) <= set(WAITING)
        for name, victim in named.items():
            assert victim.seconds <= own[name] + blur

    assert stall.hold.waited_seconds <= sum(own.values()) + len(own) * blur
    for victim in named.values():
        assert victim.frames[0].function.endswith("go_away_and_want_it_back")


def test_those_who_wanted_nothing_waited_for_nothing_and_the_others_no_longer_than_they_say():
    named = set()
    while not named >= set(WAITING):
        recording, own = hold_while_they_wait(0.2)
        threads = {thread.name: thread for thread in recording.by_thread}
        named = {name for name, thread in threads.items() if thread.waited_seconds}
        waited = sum(thread.waited_seconds for thread in recording.by_thread)
        blur = 2 * recording.longest_gap_seconds

        assert not {"idle", "joining"} & named
        assert waited <= recording.wait_seconds + 1e-6
        for name in WAITING:
            if name in threads:
                assert threads[name].longest_wait_seconds <= own[name] + blur


def test_waits_of_a_recording_are_those_of_its_holds():
    recording, _ = hold_while_they_wait(0.1)

    in_holds = sum(hold.waited_seconds for hold in recording.holds)
    held = sum(thread.held_seconds for thread in recording.by_thread)
    assert in_holds <= recording.wait_seconds + 1e-6
    assert recording.waiters * held == pytest.approx(in_holds, abs=1e-6)
    assert recording.pressure * recording.seconds <= recording.wait_seconds + 1e-6
    assert recording.waits_unavailable_reason is None


def test_longer_hold_makes_others_wait_longer():
    short, long = (hold_while_they_wait(seconds)[0].wait_seconds for seconds in (0.05, 0.5))

    assert long > short


def test_what_a_stack_cost_others_is_no_more_than_they_waited():
    recording, _ = hold_while_they_wait(0.2)

    for stack in recording.stacks:
        assert sum(seconds for _, seconds in stack.victims) <= stack.caused_wait_seconds + 1e-9
        assert stack.thread not in {thread for thread, _ in stack.victims}


def beside_an_asker(seconds):
    """Return a recording of a hold that another thread wants, and in which a stall was seen."""
    while True:
        with watch() as watched, GilContender():
            hold_for(seconds)
        if watched.stalls:
            return watched.recording


def test_unknown_waiters_are_none_and_stalls_those_that_were_asked_for(monkeypatch):
    monkeypatch.setattr(watching, "Sampler", partial(Sampler, waits=False))

    recording = beside_an_asker(0.1)

    waits = (recording.wait_seconds, recording.wait_error, recording.pressure)
    assert waits == (None, None, None)
    assert (recording.pressure_error, recording.waiters, recording.waiters_error) == (None,) * 3
    assert recording.waits_unavailable_reason
    assert {thread.waited_seconds for thread in recording.by_thread} == {None}
    assert {thread.longest_wait_seconds for thread in recording.by_thread} == {None}
    assert {hold.waited_seconds for hold in recording.holds} == {None}
    assert {stack.caused_wait_seconds for stack in recording.stacks} <= {None}
    assert {stall.victims for stall in recording.stalls} == {()}


def test_known_waiters_are_numbers_in_the_same_recording():
    recording = beside_an_asker(0.1)

    assert recording.wait_seconds > 0
    assert recording.wait_error > 0
    assert None not in {hold.waited_seconds for hold in recording.holds}


@pytest.mark.skipif(sys.version_info >= (3, 15), reason="thread states say themselves who waits")
def test_waiters_that_cannot_be_named_are_counted_all_the_same(run_child):
    assert "counted, not named" in run_child("nameless_waiters.py").stdout
