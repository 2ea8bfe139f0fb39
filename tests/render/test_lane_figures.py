"""What the site's pictures of threads draw."""

import sys
from pathlib import Path

import pytest

from gilext.recording.holds import Hold
from gilext.recording.parts import Activity, Stall, Victim

sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "_ext"))

from lane_spans import parts_outside, spans_of

PHASES = [{"name": "all", "start": 0.0, "end": 0.1}]


@pytest.fixture
def recording(made_up):
    """Thread 0 holds for 20 ms and then runs released; thread 1 waits for it, and sleeps."""
    held = Hold(0.0, 0.02, 0)
    return made_up(
        [held],
        [Stall(held, (), (Victim(1, 0.015, ()),))],
        ("one", "two"),
        seconds=0.1,
        activity=Activity(0.05, ((0, 0, 0.05, 0.0), (0, 1, 0.025, 0.0), (1, 0, 0.0, 0.015))),
    )


def drawn(recording, thread):
    return [
        (span.kind, pytest.approx(span.start, abs=1e-4), pytest.approx(span.end, abs=1e-4))
        for span in sorted(spans_of(recording, thread, PHASES), key=lambda span: span.start)
    ]


def test_time_on_a_core_without_the_gil_is_drawn_beside_the_holds_and_never_over_them(recording):
    spans = sorted(spans_of(recording, 0, PHASES), key=lambda span: span.start)

    assert drawn(recording, 0) == [
        ("held", 0.0, 0.02), ("released", 0.02, 0.05), ("released", 0.05, 0.1),
    ]  # fmt: skip
    assert [span.strength for span in spans] == [1, pytest.approx(1, abs=0.01), 0.5]


def test_wait_ends_with_the_hold_that_was_waited_for_and_a_sleep_is_no_wait(recording):
    assert drawn(recording, 1) == [("waited", 0.005, 0.02)]


def test_nothing_released_is_drawn_outside_of_the_phases(recording):
    phases = [{"name": "half", "start": 0.0, "end": 0.05}]

    assert max(span.end for span in spans_of(recording, 0, phases)) <= 0.05


@pytest.mark.parametrize(
    ("taken", "free"),
    [
        ([], [(1, 5)]),
        ([(0, 6)], []),
        ([(0, 2), (4, 9)], [(2, 4)]),
        ([(2, 3), (2, 4)], [(1, 2), (4, 5)]),
        ([(6, 7)], [(1, 5)]),
    ],
)
def test_parts_outside_are_what_no_taken_span_covers(taken, free):
    assert parts_outside([(1, 5)], taken) == free
