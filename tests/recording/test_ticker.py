"""Ticker: a native thread that calls Python now and then, and doesn't count as the program's."""

import gc
import json
import os
import sys
import threading
import time

import pytest

import gilext
from gilext._native import Ticker

TASKS = "/proc/self/task"
ATTEMPTS = 20


class Ticks:
    """Counts its calls, and returns what it is told to."""

    def __init__(self, *results):
        self.results = results
        self.count = 0
        self._changed = threading.Condition()

    def __call__(self):
        with self._changed:
            self.count += 1
            self._changed.notify_all()
        return self.results[self.count - 1] if self.count <= len(self.results) else None

    def wait_for(self, count):
        with self._changed:
            assert self._changed.wait_for(lambda: self.count >= count, timeout=60)


@pytest.fixture
def run():
    """Start a ticker that calls a function, and stop it afterwards."""
    started = []

    def start(function, interval=0.001):
        started.append(Ticker(function, interval))
        started[-1].start()
        return started[-1]

    yield start
    for ticker in started:
        ticker.stop()


def test_calls_until_it_is_stopped(run):
    ticks = Ticks()
    ticker = run(ticks)
    ticks.wait_for(3)
    ticker.stop()
    count = ticks.count
    time.sleep(0.02)

    assert ticks.count == count
    ticker.stop()


def test_writes_what_is_returned(run):
    reading, writing = os.pipe()
    ticks = Ticks((writing, b"one\n"), None, (writing, b"two\n"), (writing, b""))
    ticker = run(ticks)
    ticks.wait_for(5)
    ticker.stop()
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        assert file.read() == b"one\ntwo\n"


def test_what_finds_no_room_is_written_once_there_is_some(run):
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    lines = bytes(range(256)) * 1024
    ticks = Ticks((writing, lines))
    ticker = run(ticks)
    read = b""
    while len(read) < len(lines):
        read += os.read(reading, 4096)
    ticks.wait_for(2)
    ticker.stop()

    assert read == lines
    os.close(reading)
    os.close(writing)


def test_stops_beside_a_pipe_that_nobody_reads(run):
    reading, writing = os.pipe()
    ticks = Ticks((writing, bytes(10**6)))
    ticker = run(ticks)
    ticks.wait_for(1)
    ticker.stop()

    os.close(reading)
    os.close(writing)


def test_a_closed_descriptor_is_nothing_to_write_to(run):
    ticks = Ticks((-1, b"lost"))
    ticker = run(ticks)
    ticks.wait_for(1)
    ticker.stop()


@pytest.mark.parametrize(
    "result", [7, (1,), ("1", b""), (1, "text")], ids=["int", "short", "no_int", "no_bytes"]
)
def test_a_result_of_another_type_is_told_and_it_goes_on(run, result, monkeypatch):
    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda error: told.append(error.exc_type))
    ticks = Ticks(result)
    ticker = run(ticks)
    ticks.wait_for(2)
    ticker.stop()

    assert told == [TypeError]


def test_an_exception_is_told_and_it_goes_on(run, monkeypatch):
    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda error: told.append(str(error.exc_value)))
    ticks = Ticks()

    def fail():
        ticks()
        raise ValueError("no line")

    ticker = run(fail)
    ticks.wait_for(2)
    ticker.stop()

    assert set(told) == {"no line"}


def test_is_started_once():
    ticker = Ticker(int, 1.0)
    ticker.stop()
    ticker.start()
    with pytest.raises(RuntimeError, match="started already"):
        ticker.start()
    ticker.stop()
    with pytest.raises(RuntimeError, match="started already"):
        ticker.start()


@pytest.mark.skipif(not os.path.isdir(TASKS), reason="there is no list of threads here")
def test_goes_with_its_object_and_what_that_is_part_of():
    before = len(os.listdir(TASKS))

    class Owner:
        def __init__(self):
            self.ticker = Ticker(self.tick, 1.0)
            self.ticker.start()

        def tick(self):
            return None

    owner = Owner()
    assert len(os.listdir(TASKS)) == before + 1
    del owner
    gc.collect()

    assert len(os.listdir(TASKS)) == before


@pytest.fixture
def seen_beside(run_child):
    """Watch a process whose main thread holds the GIL for long, beside one that calls Python."""

    def run(who):
        return json.loads(run_child("who_ticks.py", who).stdout)

    return run


@pytest.mark.with_gil
@pytest.mark.parametrize("who", ["native", "live"])
def test_what_it_waits_is_nobody_s_wait(seen_beside, who):
    """The twin is a thread of the program's. The main thread may wait for either.

    A crowded machine may keep the sampler away from the twin's waits: then both are seen again.
    """
    for _ in range(ATTEMPTS):
        seen, twin = seen_beside(who), seen_beside("thread")
        assert set(seen["waited"]) <= {"MainThread"}
        assert set(seen["victims"]) <= {"MainThread"}
        if seen["wait_seconds"] is None:
            pytest.skip("this C library doesn't tell how many threads wait")
        if "ticks" in twin["waited"] and seen["wait_seconds"] < twin["wait_seconds"] / 2:
            break
    else:
        pytest.fail(f"{who}: {seen}, and a thread of the program's: {twin}")


@pytest.mark.without_gil
@pytest.mark.parametrize("who", ["native", "live"])
def test_without_a_gil_it_is_no_attached_thread(seen_beside, who):
    assert seen_beside(who)["attached"] == ["MainThread"]


@pytest.mark.without_gil
def test_without_a_gil_a_thread_of_the_program_is_one(run):
    """Both count for as long; one of them is the program's."""
    native_ids = []

    def count():
        native_ids.append(threading.get_native_id())
        gilext.spin_held(10**6)

    with gilext.watch() as watched:
        run(count)
        thread = threading.Thread(target=gilext.spin_held, args=(10**7,))
        thread.start()
        thread.join()

    seen = {one.native_id for one in watched.recording.by_thread}
    assert native_ids
    assert native_ids[0] not in seen
    assert thread.native_id in seen


@pytest.mark.forks
def test_a_forked_child_has_none(run_child):
    run_child("ticker_fork.py")


def test_an_interpreter_ends_beside_one(run_child):
    run_child("ticker_shutdown.py")
