"""The lines that a watch names, of programs whose lines are known."""

import copy
import threading
import time

import pytest

from gilext import hold_for, release_for, watch
from gilext.recording.results import Recording

pytestmark = pytest.mark.with_gil

HELD = hold_for  # found by its name in the source below


def hold_for_two_milliseconds():
    HELD(0.002)


def hold_for_one_millisecond():
    HELD(0.001)


def work(times):
    for _ in range(times):
        hold_for_two_milliseconds()
        hold_for_one_millisecond()
        release_for(0.0005)


def line_of(function):
    code = function.__code__
    return code.co_filename, code.co_firstlineno + 1, code.co_qualname


def work_in_two_threads(times):
    threads = [threading.Thread(target=work, args=(times,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def watched(times, **settings):
    with watch(**settings) as watching:
        work_in_two_threads(times)
    return watching.recording


def longer_than_the_shorter(recording):
    """Check what is said of the longer holds; return whether their line held more than the other.

    On a crowded machine there may be few stacks, and a share is a matter of chance.
    """
    held = {
        (line.frame.file, line.frame.line, line.frame.function): line for line in recording.lines()
    }
    longer = held.get(line_of(hold_for_two_milliseconds))
    shorter = held.get(line_of(hold_for_one_millisecond))
    if longer is None or shorter is None:
        return False
    assert longer.callers[0].frame.function == "work"
    assert 0 < longer.holds <= sum(thread.holds for thread in recording.by_thread)
    assert longer.longest_seconds <= max(thread.longest_seconds for thread in recording.by_thread)
    return longer.held_seconds > shorter.held_seconds


def test_short_holds_have_their_lines():
    assert any(longer_than_the_shorter(watched(100)) for _ in range(100))


# A stack stands for what its thread held since the one before, so nothing is counted twice.
def test_lines_of_a_thread_add_up_to_no_more_than_it_held(watched_until_seen):
    lines, recording = watched_until_seen(lambda: work_in_two_threads(50), Recording.lines)

    for index, thread in enumerate(recording.by_thread):
        stacks = [stack for stack in recording.stacks if stack.thread == index]
        assert sum(stack.held_seconds for stack in stacks) <= thread.held_seconds + 1e-6
    assert sum(line.held_seconds for line in lines) > 0


def test_released_time_has_no_line():
    with watch() as watching:
        time.sleep(0.05)
        release_for(0.05)

    names = {line.frame.function for line in watching.recording.lines()}
    assert "release_for" not in names
    assert sum(line.held_seconds for line in watching.recording.lines()) < 0.1


def test_without_lines_there_are_none_and_it_says_so():
    recording = watched(20, lines=False)

    assert recording.lines() == () and recording.stacks == ()
    assert "switched off" in recording.lines_unavailable_reason
    assert recording.by_thread


def test_lines_without_memory_are_missing_from_then_on():
    with watch(memory=1 << 10) as watching:
        work(20)

    assert watching.recording.lines() == ()
    assert watching.recording.lines_truncated_at_seconds is not None
    assert any("were new then are missing" in note for note in watching.report().notes)


def test_code_at_the_address_of_code_that_is_gone_has_its_own_name(run_child):
    said = run_child("code_churn.py").stdout
    if "no address" in said:
        pytest.skip(said.strip())
    assert "fine" in said


def test_line_has_the_expression_that_it_evaluated(watched_until_seen):
    def of_the_longer_holds(seen):
        return [one for one in seen.lines() if one.frame.function == "hold_for_two_milliseconds"]

    (line,), _ = watched_until_seen(lambda: work_in_two_threads(50), of_the_longer_holds)
    assert line.expression == "HELD(0.002)"
    assert line.source == "HELD(0.002)"


def test_own_line_has_its_own_expression_and_not_that_of_the_library_below_it(watched_until_seen):
    def copy_for_a_while():
        end = time.monotonic() + 0.3
        while time.monotonic() < end:
            copy.deepcopy([1] * 5000)

    def in_the_library(seen):
        return [line for line in seen.lines() if line.frame.file == copy.__file__]

    _, watching = watched_until_seen(copy_for_a_while, in_the_library)

    (line,) = [line for line in watching.lines(own=True) if "deepcopy" in (line.source or "")]
    assert line.expression == "copy.deepcopy([1] * 5000)"
    assert line.frame.file == __file__


class Made:
    """What is made by a call of its class, which 3.13 and later specialise once it is warm."""

    def __init__(self):
        HELD(0.002)


def make_sixty():
    for _ in range(60):
        Made()


def test_what_the_interpreter_puts_between_a_class_and_its_init_is_no_line(watched_until_seen):
    def of_made(seen):
        return [one.frames for one in seen.stacks if one.frames[0].function == "Made.__init__"]

    stacks, _ = watched_until_seen(make_sixty, of_made)
    callers = {(frames[1].file, frames[1].function) for frames in stacks}
    assert callers == {(__file__, "make_sixty")}
