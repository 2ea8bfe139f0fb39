"""Several processes compared as their mean: no share beyond the whole, nothing counted twice."""

from dataclasses import replace

import pytest

from gilext.recording.diff import diff
from gilext.recording.holds import Hold
from gilext.recording.parts import Frame, HeldStack, Stall, Victim
from gilext.recording.pooled import pooled

DUMPS = Frame("/srv/orders.py", 41, "rows")
LONG = Hold(0.5, 0.25, 0)


@pytest.fixture
def of_process(made_up, made_up_process):
    def make(pid, held, waited, seconds=10.0, **fields):
        stack = HeldStack(0, (DUMPS,), held * seconds, waited, 100, 0.1, victims=((1, 0.5),))
        known = {
            "seconds": seconds,
            "held_fraction": held,
            "pressure": held / 2,
            "pressure_error": 0.01,
            "wait_seconds": waited,
            "wait_error": 0.03,
            "stacks": (stack,),
            "process": made_up_process(pid),
        }
        return made_up([LONG], [Stall(LONG, (), (Victim(1, 0.2, ()),))], ["main", "io"],
                       **known | fields)  # fmt: skip

    return make


def family(*recordings):
    return replace(recordings[0], children=recordings[1:])


def test_one_process_is_what_it_was(of_process):
    alone = of_process(1, 0.5, 1.0)

    assert pooled(alone) is alone


def test_shares_are_the_mean_by_time_and_waits_the_sum(of_process):
    whole = pooled(family(of_process(1, 0.9, 3.0), of_process(2, 0.1, 1.0, seconds=30.0)))

    assert whole.seconds == 40.0
    assert whole.held_fraction == pytest.approx(0.3)
    assert whole.held_error == pytest.approx((0.1**2 + 0.3**2) ** 0.5 / 40)
    assert whole.pressure == pytest.approx(0.15)
    assert (whole.wait_seconds, whole.wait_error) == pytest.approx((4.0, 0.03 * 2**0.5))


def test_threads_keep_their_stacks_and_stalls(of_process):
    whole = pooled(family(of_process(1, 0.5, 1.0), of_process(2, 0.5, 1.0)))

    assert [thread.name for thread in whole.by_thread] == ["app.py: main", "app.py: io"] * 2
    assert [(stack.thread, stack.victims[0][0]) for stack in whole.stacks] == [(0, 1), (2, 3)]
    assert [(one.hold.thread, one.victims[0].thread) for one in whole.stalls] == [(0, 1), (2, 3)]


def test_what_is_unknown_of_one_process_is_unknown_of_all(of_process):
    unknown = {"pressure": None, "pressure_error": None, "wait_error": None}
    whole = pooled(
        family(
            of_process(1, 0.5, 1.0),
            of_process(2, 0.5, None, waits_unavailable_reason="no waiters", **unknown),
        )
    )

    assert (whole.wait_seconds, whole.wait_error, whole.pressure) == (None, None, None)
    assert whole.waits_unavailable_reason == "no waiters"


def test_stalls_that_were_kept_for_a_part_of_the_time_are_counted_for_it(of_process):
    cut = of_process(2, 0.5, 1.0, stalls_truncated_at_seconds=4.0)

    assert pooled(family(of_process(1, 0.5, 1.0), cut)).stalls_truncated_at_seconds == 14.0


def test_twice_the_processes_that_do_the_same_are_no_change(of_process):
    two = family(of_process(1, 0.5, 1.0), of_process(2, 0.5, 1.0))
    four = family(*(of_process(i, 0.5, 1.0) for i in range(1, 5)))

    found = diff(two, four)

    assert found.held_fraction.verdict == found.waits.verdict == "no difference"
    (line,) = found.lines
    assert (line.held_fraction.before, line.held_fraction.after) == pytest.approx((0.5, 0.5))
    assert {thread.name for thread in found.threads} == {"app.py: main", "app.py: io"}
    assert found.notes[0] == (
        "Each figure is the mean of all processes, 2 before and 4 after: each has a GIL of its own."
    )


def test_change_in_a_child_is_seen(of_process):
    root = of_process(1, 0.1, 0.0)

    found = diff(family(root, of_process(2, 0.2, 0.1)), family(root, of_process(2, 0.8, 8.0)))

    assert found.pressure.verdict == found.waits.verdict == "worse"
    assert found.worse_by(10) == ("held fraction", "pressure")


def test_incomplete_recordings_are_said(of_process):
    killed = of_process(2, 0.5, 1.0, incomplete_reason="it was killed")

    found = diff(family(of_process(1, 0.5, 1.0), killed), of_process(1, 0.5, 1.0))

    assert "Of 1 of the processes before, the recording is incomplete." in found.notes
    assert not any("incomplete" in note for note in diff(*[of_process(1, 0.5, 1.0)] * 2).notes)
