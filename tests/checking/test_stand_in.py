"""A stand-in requests the GIL of one who keeps it, once nobody else does; and of nobody else."""

import gc
import os
import threading
import time

import pytest

import gilext
from gilext._native import StandIn

pytestmark = pytest.mark.with_gil

PATIENCE = 0.002


@pytest.fixture
def stand_in():
    """Start one, where it can be known how many threads wait."""
    native = StandIn(PATIENCE)
    if not native.start():
        pytest.skip("this C library doesn't tell how many threads wait")
    yield native
    native.stop()


def work_for(seconds):
    """Hold the GIL, in one call, for so many seconds of a core."""
    before = time.thread_time()
    gilext.spin_held(10**6)
    gilext.spin_held(round(10**6 * seconds / (time.thread_time() - before)))


def refused(stand_in):
    """Return the requests that were granted only long after the holder knew of them."""
    return [found for found in stand_in.requests() if found[2] and found[3] - found[2] >= 0.05e9]


def test_one_who_keeps_the_gil_is_asked_for_it(stand_in):
    work_for(0.3)
    stand_in.stop()

    ((since, requested, refusing, granted),) = refused(stand_in)
    assert since < requested < refusing < granted
    assert requested - since >= PATIENCE * 1e9


def test_one_who_is_waited_for_by_others_is_not_asked(stand_in):
    is_over = threading.Event()
    threads = [threading.Thread(target=work_on, args=(is_over,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    work_for(0.3)
    is_over.set()
    for thread in threads:
        thread.join()
    stand_in.stop()

    assert refused(stand_in) == []


def work_on(is_over):
    while not is_over.is_set():
        pass


@pytest.mark.parametrize("counts_own", [False, True], ids=["the program's", "all"])
def test_what_it_waits_is_no_wait_of_the_program(stand_in, counts_own):
    watched = gilext.watch()
    watched.counts_own_requests = counts_own
    with watched:
        work_for(0.3)
    stand_in.stop()

    assert len(refused(stand_in)) == 1
    assert (watched.wait_seconds > 0) == counts_own
    assert (watched.stalls != ()) == counts_own


def test_it_is_no_thread_of_the_program(stand_in):
    before = threading.enumerate()
    work_for(0.3)
    assert threading.enumerate() == before
    assert stand_in.native_id not in {thread.native_id for thread in before}
    assert stand_in.native_id != 0


def test_it_is_started_once_and_stopped_as_often_as_one_likes():
    stand_in = StandIn(1.0)
    stand_in.stop()
    is_started = stand_in.start()
    if is_started:
        with pytest.raises(RuntimeError, match="is running"):
            stand_in.requests()
        with pytest.raises(RuntimeError, match="is running"):
            stand_in.delays()
    for _ in range(2):
        stand_in.stop()
        assert stand_in.requests() == []
    if is_started:
        with pytest.raises(RuntimeError, match="started already"):
            stand_in.start()


def test_one_that_nobody_stops_goes_with_its_object():
    stand_in = StandIn(1.0)
    stand_in.start()
    tasks = "/proc/self/task"
    before = os.listdir(tasks) if os.path.isdir(tasks) else []
    del stand_in
    gc.collect()

    assert not before or len(os.listdir(tasks)) < len(before)


@pytest.mark.forks
def test_a_forked_child_has_none(run_child):
    run_child("stand_in_fork.py")


def test_an_interpreter_ends_beside_one(run_child):
    run_child("stand_in_shutdown.py")
