"""What the pytest plugin makes of a recording: which stalls are a test's, and how long they are."""

import re

import pytest

from gilext._native import StandIn
from gilext.integrations.pytest_collector import CollectorRuns
from gilext.integrations.pytest_contender import CONTENDER, GilContender
from gilext.integrations.pytest_stand_in import STAND_IN, GilStandIn, Request
from gilext.integrations.pytest_watching import Claim, WatchedTest, failures_of
from gilext.recording.holds import Hold
from gilext.recording.parts import Frame, StackSample, Stall, Victim


@pytest.fixture
def watched():
    """Make up what was seen of a test: when its thread had no core, and the collector ran."""

    def make_up(recording, waits=(), collections=()):
        contender, collector = GilContender(), CollectorRuns()
        contender._waits = sorted(waits)
        collector._runs = list(collections)
        return WatchedTest(recording, contender, collector, 100.0)

    return make_up


def test_time_without_a_core_is_no_part_of_a_stall(made_up, watched):
    hold = Hold(1.0, 0.5, 0)
    recording = made_up([hold], [Stall(hold, ())])

    assert watched(recording).longest_stall() == (0.5, "MainThread")
    waits = [(100.9, 101.1, 0.2), (101.2, 101.3, 0.05), (101.6, 101.7, 0.1), (100.0, 101.0, 0.9)]
    assert watched(recording, waits).longest_stall() == (pytest.approx(0.35), "MainThread")


def test_time_without_a_core_is_neither_held_nor_released(made_up, watched):
    holds = [Hold(1.0, 2.0, 0), Hold(5.0, 1.0, 0)]
    recording = made_up(holds, seconds=10.0)

    assert watched(recording).released_fraction()[0] == pytest.approx(0.7)
    waits = [(101.5, 102.5, 1.0), (105.0, 105.9, 0.9), (107.0, 110.0, 3.0)]
    assert watched(recording, waits).released_fraction()[0] == pytest.approx(1 - 1.1 / 5.1)


def test_test_that_holds_all_the_time_releases_nothing_also_without_a_core(made_up, watched):
    recording = made_up([Hold(0.0, 10.0, 0)], seconds=10.0)

    waits = [(101.0, 105.0, 4.0), (105.0, 109.5, 4.4)]
    assert watched(recording, waits).released_fraction()[0] == pytest.approx(0)


def test_time_of_the_collector_is_no_part_of_a_stall(made_up, watched):
    hold = Hold(1.0, 0.5, 0)
    recording = made_up([hold], [Stall(hold, ())])

    runs = [(100.5, 100.9), (100.9, 101.1), (101.45, 101.6)]
    seen = watched(recording, collections=runs)
    assert seen.longest_stall() == (pytest.approx(0.35), "MainThread")


def test_stalls_are_those_of_the_test_and_not_of_the_plugin(made_up, watched):
    holds = [Hold(1.0, 0.5, 0), Hold(2.0, 0.9, 1), Hold(4.0, 0.7, 0)]
    frames = (Frame("a.py", 3, "inner"), Frame("a.py", 9, "outer"))
    stalls = [
        Stall(holds[0], (StackSample(0.1, frames[1:]), StackSample(0.4, frames))),
        Stall(holds[1], ()),
    ]
    seen = watched(made_up(holds, stalls, names=["MainThread", CONTENDER], seconds=10.0))

    assert seen.longest_stall() == (0.5, "a.py:3 inner")  # nobody waited for the last hold
    assert seen.released_fraction()[0] == pytest.approx(1 - (0.5 + 0.7) / 10)


def test_stall_in_a_library_is_laid_on_the_line_of_the_test(made_up, watched):
    hold = Hold(1.0, 0.5, 0)
    frames = (
        Frame("/usr/lib/python3.13/json/encoder.py", 261, "JSONEncoder.iterencode"),
        Frame("test_a.py", 4, "test_dumps"),
        Frame("/usr/lib/python3.13/site-packages/_pytest/python.py", 166, "pytest_pyfunc_call"),
    )
    seen = watched(made_up([hold], [Stall(hold, (StackSample(0.5, frames),))]))

    assert seen.longest_stall()[1] == (
        "test_a.py:4 test_dumps, in /usr/lib/python3.13/json/encoder.py:261 JSONEncoder.iterencode"
    )


def no_others(start, end):
    return 0.0


@pytest.mark.parametrize(
    ("refused", "end", "seconds"),
    [
        (1.005, 1.5, 0.6),
        (1.005, 1.0061, 0.1061),
        (1.005, 1.0059, 0.0),
        (1.4, 1.5, 0.6),
        (0.0, 1.5, 0.0),
    ],
)
def test_request_that_is_granted_as_python_code_does_it_is_no_stall(refused, end, seconds):
    request = Request(start=0.9, requested=1.0, refused=refused, granted=end)

    assert request.stall_seconds(end, no_others) == pytest.approx(seconds)


def test_what_is_no_doing_of_the_test_is_no_part_of_a_request():
    request = Request(start=0.9, requested=1.0, refused=1.005, granted=1.5)

    assert request.stall_seconds(1.5, lambda start, end: 0.4) == pytest.approx(0.2)
    assert request.stall_seconds(1.5, lambda start, end: end - start) == 0.0


@pytest.fixture
def stood_in_for(made_up):
    """Make up what was seen of a test in which the plugin's own thread requested the GIL."""

    def make_up(recording, *requests):
        stand_in = GilStandIn(StandIn(1.0))
        stand_in.requests = requests
        return WatchedTest(recording, stand_in, CollectorRuns(), 100.0)

    return make_up


REFUSED = Request(start=100.9, requested=101.0, refused=101.005, granted=101.5)
ELSEWHERE = Request(start=102.0, requested=102.1, refused=102.2, granted=102.5)
GRANTED = Request(start=100.9, requested=101.0, refused=0.0, granted=101.005)


def test_stall_of_the_plugins_own_making_begins_with_the_call(made_up, stood_in_for):
    stall = Stall(Hold(1.0, 0.5, 0), ())
    recording = made_up([Hold(0.0, 1.5, 0)], [stall])

    assert stood_in_for(recording, REFUSED).longest_stall() == (pytest.approx(0.6), "MainThread")
    assert stood_in_for(recording, ELSEWHERE).longest_stall()[0] == pytest.approx(0.5)
    assert stood_in_for(recording).longest_stall()[0] == pytest.approx(0.5)


def test_granted_request_is_no_stall(made_up, stood_in_for):
    hold = Hold(1.0, 0.005, 0)

    assert stood_in_for(made_up([hold], [Stall(hold, ())]), GRANTED).longest_stall() == (0.0, "")
    assert stood_in_for(made_up([hold], [Stall(hold, ())]), GRANTED).victim() == ""


def test_stall_in_which_only_the_plugin_waited_is_none_without_its_request(made_up, stood_in_for):
    hold = Hold(1.0, 0.5, 0)
    ours, theirs = Stall(hold, (), (Victim(1, 0.5, ()),)), Stall(hold, (), (Victim(0, 0.5, ()),))
    names = ["MainThread", STAND_IN]

    assert stood_in_for(made_up([hold], [ours], names=names)).longest_stall() == (0.0, "")
    assert stood_in_for(made_up([hold], [theirs], names=names)).longest_stall()[0] == 0.5


def test_victim_is_a_thread_of_the_test_and_not_of_the_plugin(made_up, stood_in_for):
    frames = (Frame("a.py", 7, "waiting"), Frame("a.py", 9, "outer"))
    victims = (Victim(1, 0.5, ()), Victim(2, 0.3, frames), Victim(3, 0.1, ()))
    stall = Stall(Hold(1.0, 0.5, 0), (), victims)
    names = ["MainThread", STAND_IN, "worker", "other"]
    watched = stood_in_for(made_up([stall.hold], [stall], names=names), REFUSED)

    assert watched.longest_stall() == (0.5, "MainThread")  # from when its own thread waited
    assert watched.victim() == "worker waited for 300 ms: a.py:7 waiting"
    (failure,) = failures_of(Claim(None, 0.5), watched)
    assert failure.endswith("MainThread\nworker waited for 300 ms: a.py:7 waiting")


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        (Claim(None, 0.5), "held for 500 ms at a stretch .* less than 500 ms"),
        (Claim(None, 0.51), None),
        (Claim(0.94, None), None),
        (Claim(0.945, None), r"released for 95.0% ± 1.0% of the 10 s .* for 94.5% at least"),
    ],
)
def test_claim_fails_by_its_figures(made_up, watched, claim, said):
    hold = Hold(1.0, 0.5, 0)
    failures = failures_of(claim, watched(made_up([hold], [Stall(hold, ())], seconds=10.0)))

    assert len(failures) == (said is not None)
    assert said is None or re.search(said, failures[0], re.DOTALL)
