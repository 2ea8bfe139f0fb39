"""The lines of a recording: what its stacks add up to."""

import pytest

from gilext.recording import thread_names
from gilext.recording.lines import Caller
from gilext.recording.parts import Frame, HeldStack

WORK = Frame("work.py", 7, "work")


def held_stack(frames, held, **fields):
    """Return a stack that held for so long."""
    return HeldStack(0, tuple(frames), held, fields.pop("wait", None), 1, held, **fields)


def test_lines_add_up_what_the_stacks_with_the_same_innermost_line_held(made_up):
    outer = Frame("app.py", 3, "serve")
    stacks = (
        held_stack([WORK, outer], 0.2, wait=0.5, expression="dumps(rows)", victims=((1, 0.5),)),
        held_stack([WORK], 0.1, wait=0.0, expression="dumps(row)"),
        held_stack([outer], 1.0, wait=0.1),
    )
    first, second = made_up(stacks=stacks).lines()
    assert (first.frame, first.holds, first.longest_seconds) == (WORK, 2, 0.2)
    assert first.held_seconds == pytest.approx(0.3)
    assert (first.caused_wait_seconds, first.expression) == (0.5, "dumps(rows)")
    assert first.callers == (Caller(outer, 0.2),)
    assert first.victims == ((1, 0.5),)
    assert (second.frame, second.held_seconds) == (outer, 1.0)


def test_own_lines_pass_over_installed_code_and_fall_back_to_the_innermost_line(made_up):
    library = Frame("/usr/lib/python3/site-packages/some.py", 9, "inner")
    own = Frame("app.py", 3, "serve")
    stacks = (held_stack([library, own], 0.2), held_stack([library], 0.1))
    recording = made_up(stacks=stacks)
    assert [line.frame for line in recording.lines(own=True)] == [own, library]
    assert [line.frame for line in recording.lines()] == [library]
    assert recording.lines()[0].caused_wait_seconds is None


def test_generator_expression_counts_for_the_line_that_it_stands_on(made_up):
    function, other = Frame("app.py", 3, "total"), Frame("app.py", 4, "total")
    inside = Frame("app.py", 3, "total.<locals>.<genexpr>")
    stacks = (held_stack([inside, function], 0.2), held_stack([inside, other], 0.1))

    lines = made_up(stacks=stacks).lines(own=True)

    assert [(line.frame, line.held_seconds) for line in lines] == [(function, 0.2), (inside, 0.1)]


def test_what_watches_or_runs_a_program_is_no_line_of_its_own(made_up):
    watching = Frame(thread_names.__file__, 1, "start")
    shim = Frame("__init__", 0, "__init__")
    own = Frame("app.py", 3, "serve")

    lines = made_up(stacks=(held_stack([watching, shim, own], 0.2),)).lines(own=True)

    assert [line.frame for line in lines] == [own]
