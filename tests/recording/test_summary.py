"""What recordings, snapshots and readings say, to the letter."""

from dataclasses import replace

import pytest

from gilext.recording.holds import Hold
from gilext.recording.monitor import MonitorReading
from gilext.recording.results import Frame, StackSample, Stall, ThreadTime
from gilext.recording.snapshot import Snapshot

LONG = Hold(0.5, 0.25, 1, requested=True)
WORK = Frame("work.py", 42, "work")
STALL = Stall(LONG, (StackSample(0.25, (WORK,)),))


@pytest.fixture
def recording(made_up):
    found = made_up([Hold(0.1, 0.01, 0), LONG], [STALL], ["MainThread", "worker"])
    here = replace(found.environment, gil_enabled=True, free_threaded_build=False)
    here = replace(here, implementation="CPython", python_version="3.99.0")
    return replace(found, environment=replace(here, usable_cores=1.5, cpu_count=8))


def test_text_of_a_recording(recording):
    assert str(recording).splitlines() == [
        "the GIL was held for 26.0% ± 1.0% of 1.000 s",
        "CPython 3.99.0, with a GIL, 1.5 of 8 cores usable",
        "",
        "thread      held s  of the time  holds  longest ms",
        "──────────  ──────  ───────────  ─────  ──────────",
        "worker       0.250        25.0%      1      250.00",
        "MainThread   0.010         1.0%      1       10.00",
        "",
        "1 stall (waits of 20 ms or more), 0.250 s in all",
        "",
        "line that held   stalls  total ms  worst ms",
        "───────────────  ──────  ────────  ────────",
        "work.py:42 work       1     250.0     250.0",
    ]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"lines_unavailable_reason": "why"}, "Without the lines of the stalls: why."),
        (
            {"throttled_seconds": 0.26},
            "For 0.3 s all cores were busy, and gilext took fewer samples.",
        ),
        ({"holds_truncated_at_seconds": 0.5}, "Holds one by one only up to 0.5 s."),
        ({"stalls_truncated_at_seconds": 0.5}, "Stalls only up to 0.5 s."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_a_reader_has_to_know_comes_last(recording, fields, sentence):
    assert str(replace(recording, **fields)).splitlines()[-1] == sentence


def test_longest_hold_that_nobody_requested_is_called_an_upper_bound(recording):
    alone = replace(LONG, requested=False)

    assert "an upper bound" not in str(recording)
    assert "Nobody requested the GIL in the longest hold, 250.0 ms" in str(
        replace(recording, longest=(alone,))
    )


def test_stalls_that_cannot_be_seen_are_not_said_to_be_none(recording):
    text = str(replace(recording, stalls=(), stalls_unavailable_reason="why"))

    assert "stalls can't be seen: why" in text
    assert "no stalls" not in text


def test_stalls_that_were_not_asked_for_are_not_spoken_of(recording):
    assert "stall" not in str(replace(recording, stall_threshold_seconds=None, stalls=()))
    assert "no stalls (waits of 20 ms or more)" in str(replace(recording, stalls=()))


def test_without_a_gil_nothing_was_held(recording):
    here = replace(recording.environment, gil_enabled=False, free_threaded_build=True)

    assert str(replace(recording, environment=here)).startswith(
        "no GIL: nothing was held in 1.000 s\nCPython 3.99.0, free-threaded, no GIL, "
    )


def test_recording_of_no_time_has_no_fraction(recording):
    text = str(replace(recording, seconds=0.0, held_fraction=None, held_error=None))

    assert text.startswith("the GIL was held for an unknown part of 0.000 s\n")
    assert "worker       0.250            -      1      250.00" in text


@pytest.mark.parametrize(
    ("count", "rest"),
    [(15, None), (16, "… and 1 more thread, 0.0 s"), (1500, "1,485 more threads")],
)
def test_fifteen_threads_are_named(made_up, count, rest):
    text = str(made_up(names=[f"thread {i}" for i in range(count)]))

    assert text.count("thread ") == min(count, 15) + 1
    assert ("…" in text) is (rest is not None)
    assert rest is None or rest in text


def test_text_of_a_snapshot():
    threads = (
        ThreadTime("MainThread", 1, 1, 0.25, 0.01, 30),
        ThreadTime("worker", 2, 2, 0.5, 0.02, 40),
    )

    assert str(Snapshot(2.0, 0.75, threads)).splitlines() == [
        "up to now the GIL was held for 37.5% of 2.000 s",
        "",
        "thread      held s  of the time  holds  longest ms",
        "──────────  ──────  ───────────  ─────  ──────────",
        "worker       0.500        25.0%     40       20.00",
        "MainThread   0.250        12.5%     30       10.00",
    ]


def test_text_of_a_reading():
    assert str(MonitorReading(10.0, 0.125, 0.01, 0.0321, 12.5, 100.0)).splitlines() == [
        "the GIL was held for 12.5% ± 1.0% of the last 10.0 s",
        "longest hold          32.10 ms",
        "held since the start  12.500 s of 100.000 s",
    ]
