"""The monitor: a window that rolls, read at any time, by anybody."""

import gc
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import gilext
from gilext import hold_for, monitor, release_for
from gilext.core.environment import is_gil_enabled
from gilext.recording import monitor as monitoring


def reading_after(call, window=0.2):
    with monitor(window=window) as running:
        call()
        return running.read()


def certain_reading_after(call):
    """Return a reading of a window in which nothing else happened, sampled often enough."""
    with monitor(window=0.2) as running:
        call(0.3)
        while (reading := running.read()).held_error is None or reading.held_error > 0.2:
            call(0.3)
    return reading


@pytest.mark.with_gil
def test_reading_tells_holding_from_releasing():
    held, released = certain_reading_after(hold_for), certain_reading_after(release_for)

    assert held.held_fraction - held.held_error > released.held_fraction + released.held_error
    assert held.longest_hold_seconds > released.longest_hold_seconds


@pytest.mark.without_gil
def test_without_a_gil_what_is_held_and_waited_is_unknown():
    reading = reading_after(lambda: hold_for(0.1))

    assert (reading.held_fraction, reading.longest_hold_seconds) == (None, None)
    assert (reading.pressure, reading.wait_seconds_total) == (None, None)
    assert reading.attached_seconds_total > 0
    assert str(reading).startswith("there was no GIL in ")


@pytest.mark.with_gil
def test_what_left_the_window_is_forgotten_and_the_totals_keep_it():
    with monitor(window=0.1) as running:
        hold_for(0.2)
        before = running.read()
        while (after := running.read()).longest_hold_seconds >= before.longest_hold_seconds:
            time.sleep(0.02)

    assert after.held_fraction < before.held_fraction
    assert after.held_seconds_total >= before.held_seconds_total
    assert after.seconds_total > before.seconds_total


@pytest.mark.with_gil
def test_hold_that_goes_on_is_seen():
    with monitor() as running, ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold_for, 0.1)
        readings = []
        while not holding.done():
            readings.append(running.read())

    assert max(reading.longest_hold_seconds for reading in readings) > 0


def test_readers_at_once_see_the_same_window():
    with monitor(window=0.5) as running, ThreadPoolExecutor(4) as pool:
        hold_for(0.1)
        readings = list(pool.map(lambda _: running.read(), range(200)))

    longest = {reading.longest_hold_seconds for reading in readings}
    assert longest == {None} if not is_gil_enabled() else min(longest) > 0


def test_monitor_that_was_stopped_keeps_its_last_reading():
    with monitor() as running:
        release_for(0.01)
    assert not running.is_running
    assert running.read() == running.read()
    running.stop()


def test_monitor_runs_once_at_a_time_and_can_begin_again():
    running = monitor()
    try:
        with pytest.raises(RuntimeError, match="runs already"):
            running.start()
        running.stop()
        running.start()
        assert running.is_running
    finally:
        running.stop()


def test_monitor_that_never_ran_has_nothing_to_read():
    with pytest.raises(RuntimeError, match="never started"):
        monitoring.Monitor(1.0, 1e-3, 0.01).read()


def test_its_memory_does_not_grow_with_time():
    with monitor(window=0.1, interval=1e-4) as running:
        for _ in range(100):
            hold_for(2e-4)
            release_for(2e-4)
        gc.collect()
        assert len(memoryview_when_stopped(running)) == 0


def memoryview_when_stopped(running):
    sampler = running._sampler
    running.stop()
    return memoryview(sampler)


@pytest.mark.parametrize(
    ("options", "error", "named"),
    [
        ({"window": 0}, ValueError, "window"),
        ({"window": float("nan")}, ValueError, "window"),
        ({"window": "1"}, TypeError, "window"),
        ({"interval": 2}, ValueError, "interval"),
        ({"budget": 0}, ValueError, "budget"),
        ({"budget": None}, TypeError, "budget"),
    ],
    ids=str,
)
def test_bad_argument_of_monitor_is_named(options, error, named):
    with pytest.raises(error, match=f"'{named}'"):
        monitor(**options)


def test_unknown_layout_is_an_unsupported_interpreter(monkeypatch):
    def unknown(*_, **__):
        raise gilext.UnsupportedInterpreter("gilext doesn't know the GIL layout of CPython 9.9")

    monkeypatch.setattr(monitoring, "Sampler", unknown)

    with pytest.raises(gilext.UnsupportedInterpreter, match=r"9\.9"):
        monitor()


@pytest.mark.forks
def test_forked_child_has_a_monitor_of_its_own(run_child):
    assert "fine" in run_child("monitor_fork.py").stdout


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers here")
def test_monitor_may_be_read_in_a_signal_handler(run_child):
    assert "fine" in run_child("monitor_signal.py").stdout
