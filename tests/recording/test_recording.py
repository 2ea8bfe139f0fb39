"""What a recording makes of its stacks: stalls and lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gilext.recording.holds import Hold
from gilext.recording.parts import HeldStack, stack_samples
from gilext.recording.results import (
    Frame,
    StackSample,
    Stall,
)

HERE = (Frame("a.py", 1, "f"),)
THERE = (Frame("b.py", 2, "g"), Frame("a.py", 9, "main"))


@given(
    st.floats(0, 100),
    st.floats(0.001, 10),
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from([HERE, THERE])), max_size=8),
)
def test_parts_of_a_stall_add_up_to_the_stall(start, seconds, places):
    taken = [
        (start + place * seconds, HeldStack(0, frames, 0.0, None, 1, 0.0, expression="f()"), "a")
        for place, frames in places
    ]
    taken.sort(key=lambda item: item[0])

    parts = stack_samples(Hold(start, seconds, 0), taken)

    assert [part.frames for part in parts] == [stack.frames for _, stack, _ in taken]
    assert all(part.expression == "f()" and part.task == "a" for part in parts)
    if taken:
        assert sum(part.seconds for part in parts) == pytest.approx(seconds)
        assert all(part.seconds >= -1e-9 for part in parts)


def test_lines_of_stalls_are_summed_up_worst_first(made_up):
    stalls = (
        Stall(Hold(0.0, 0.05, 0), (StackSample(0.02, HERE), StackSample(0.03, THERE))),
        Stall(Hold(1.0, 0.09, 0), (StackSample(0.04, THERE), StackSample(0.05, THERE))),
    )

    first, second = made_up(stalls=stalls).stall_lines()

    assert (first.frame, first.stalls) == (THERE[0], 2)
    assert first.seconds == pytest.approx(0.12)
    assert first.worst_seconds == pytest.approx(0.09)
    assert (second.frame, second.stalls, second.seconds) == (HERE[0], 1, 0.02)


def test_stall_without_stacks_has_no_line(made_up):
    assert made_up(stalls=[Stall(Hold(0.0, 0.05, 0), ())]).stall_lines() == ()
