"""The pytest plugin, in suites of its own: each claim beside one that isn't so."""

import re
import textwrap

import pytest

from gilext.core.environment import is_gil_enabled
from gilext.integrations.pytest_collector import CollectorRuns
from gilext.integrations.pytest_contender import CONTENDER, GilContender
from gilext.integrations.pytest_watching import Claim, WatchedTest, failures_of
from gilext.recording.holds import Hold
from gilext.recording.results import Frame, StackSample, Stall

SUITE = """
import time
import unittest
import pytest
from gilext import hold_for, release_for

@pytest.mark.gil(releases=0.8)
@pytest.mark.parametrize("burn", [hold_for, release_for], ids=["held", "released"])
def test_releases(burn):
    for _ in range(10):
        burn(0.02)

@pytest.mark.gil(max_stall=0.05)
@pytest.mark.parametrize("seconds", [0.2, 0.001], ids=["long", "short"])
def test_stalls(seconds):
    hold_for(seconds)  # here

@pytest.mark.gil(max_stall=1.0)
def test_python_code_hands_over():
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        pass

class TestCase(unittest.TestCase):
    @pytest.mark.gil(max_stall=0.05)
    def test_in_a_class(self):
        hold_for(0.2)

@pytest.mark.gil(releases=0.8)
def test_own_failure():
    hold_for(0.1)
    assert "mine" == "yours"
"""


@pytest.fixture
def suite(pytester):
    """Run a suite in a process of its own: the plugin is loaded as users load it."""

    def run(source, *options):
        pytester.makepyfile(textwrap.dedent(source))
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", *options)

    return run


@pytest.mark.with_gil
def test_marker_fails_what_holds_and_passes_what_releases(suite):
    result = suite(SUITE, "-v")

    result.stdout.fnmatch_lines_random(
        [
            "*test_releases?held? FAILED*",
            "*test_releases?released? PASSED*",
            "*test_stalls?long? FAILED*",
            "*test_stalls?short? PASSED*",
            "*test_python_code_hands_over PASSED*",
            "*test_in_a_class FAILED*",
            "*test_own_failure FAILED*",
            "the GIL was released for * of this test, and should be for 80.0% at least",
            "the GIL was held for * ms at a stretch while another thread requested it*",
            "the longest stall was * ms: *:* test_stalls",
            "E*AssertionError: assert 'mine' == 'yours'",
        ]
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    shown_last = str(result.stdout).split("_ test_own_failure _")[1]
    assert "should be for 80.0% at least" not in shown_last.split("short test summary")[0]


@pytest.mark.without_gil
def test_without_a_gil_every_claim_is_so(suite):
    result = suite(SUITE)

    result.assert_outcomes(passed=6, failed=1)


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_option_shows_the_longest_holds_and_their_lines(suite, options):
    result = suite(SUITE, "--gil", "--gil-count=2", *options)

    result.stdout.fnmatch_lines(["*longest holds of the GIL*"])
    shown = str(result.stdout).split("longest holds of the GIL")[1]
    if is_gil_enabled():
        assert shown.count(" ms  test_") == 2
        assert "gilext contender" not in shown
        assert "test_stalls[short]" not in shown
        assert "TestCase.test_in_a_class" in shown or "test_stalls" in shown
    else:
        assert "no GIL" in shown


def test_timeout_ends_a_watched_test(suite):
    result = suite(
        """
        import time, pytest

        @pytest.mark.gil(releases=0.5)
        @pytest.mark.timeout(1)
        def test_for_ever():
            time.sleep(100)

        def test_after():
            pass
        """,
        "-v",
    )

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*Timeout*"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("0.5", "keywords only"),
        ("", "not nothing"),
        ("release=0.5", "not release"),
        ("releases=1.5", "'releases' must be 0 to 1, not 1.5"),
        ("releases='all'", "'releases' must be 0 to 1, not 'all'"),
        ("max_stall=0", "'max_stall' must be 0.001 seconds or more, not 0"),
    ],
)
def test_wrong_marker_is_a_usage_error_that_names_the_argument(suite, arguments, said):
    result = suite(
        f"""
        import pytest

        @pytest.mark.gil({arguments})
        def test_it():
            pass
        """
    )

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *test_it: *{said}*".replace("[", "?")])


def test_fixture_has_the_checks(suite):
    result = suite(
        """
        import pytest
        from gilext import hold_for, info, release_for

        def test_passes(gil):
            gil.assert_releases(release_for, 0.01)
            gil.assert_stalls_below(5.0, release_for, 0.01)
            assert gil.check(release_for, 0.01).calls > 0
            with gil.watch() as watched:
                release_for(0.01)
            assert watched.samples > 0

        def test_fails(gil):
            if info().gil_enabled:
                gil.assert_holds(hold_for, 0.01)
                with pytest.raises(AssertionError, match="should wait less"):
                    gil.assert_stalls_below(0.001, hold_for, 0.01)
            with pytest.raises(AssertionError):
                gil.assert_holds(release_for, 0.01)
            if info().gil_enabled:
                gil.assert_releases(hold_for, 0.01)
            assert info().gil_enabled, "hold_for"
        """
    )

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E*AssertionError: hold_for*"])


LOOKS_AT_MODULES = """
import sys

def test_it():
    loaded = {name for name in sys.modules if name.startswith("gilext.")}
    assert loaded <= {
        "gilext._native", "gilext.core", "gilext.core.saving", "gilext.core.version",
        "gilext.integrations", "gilext.integrations.pytest",
    }, loaded
"""


def test_it_loads_nothing_when_not_asked_for(suite):
    suite(LOOKS_AT_MODULES).assert_outcomes(passed=1)


def test_asked_for_it_loads_what_watches(suite):
    suite(LOOKS_AT_MODULES, "--gil").assert_outcomes(failed=1)


@pytest.mark.with_gil
def test_unknown_layout_skips_what_can_not_be_proved(suite):
    result = suite(
        """
        import pytest
        from gilext import UnsupportedInterpreter
        from gilext.recording import watch as watching

        def unknown(*_):
            raise UnsupportedInterpreter("gilext doesn't know the GIL layout of CPython 9.9")

        @pytest.fixture(autouse=True)
        def no_sampler(monkeypatch):
            monkeypatch.setattr(watching, "Sampler", unknown)

        @pytest.mark.gil(releases=0.5)
        def test_claimed():
            pass

        def test_reported():
            pass
        """,
        "--gil",
        "-rs",
    )

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines_random(["*GIL layout of CPython 9.9*", "no test was watched"])


def test_tests_that_do_nothing_keep_nobody_waiting(suite):
    result = suite(
        """
        import pytest

        @pytest.mark.gil(max_stall=0.005)
        @pytest.mark.parametrize("time", range(200))
        def test_nothing(time):
            pass
        """,
        "--gil",
    )

    result.assert_outcomes(passed=200)
    result.stdout.no_fnmatch_line("*threading.py*")


def test_plugin_can_be_left_out(suite):
    source = """
    import sys

    def test_it():
        assert not any(name.startswith("gilext") for name in sys.modules)
    """

    suite(source, "-p", "no:gilext").assert_outcomes(passed=1)
    assert suite(source, "-p", "no:gilext", "--gil").ret == pytest.ExitCode.USAGE_ERROR


@pytest.fixture
def watched():
    """Make up what was seen of a test: when its thread had no core, and the collector ran."""

    def make_up(recording, waits=(), collections=()):
        contender, collector = GilContender(), CollectorRuns()
        contender._waits = list(waits)
        collector._runs = list(collections)
        return WatchedTest(recording, contender, collector, 100.0)

    return make_up


def test_time_without_a_core_is_no_part_of_a_stall(made_up, watched):
    hold = Hold(1.0, 0.5, 0)
    recording = made_up([hold], [Stall(hold, ())])

    assert watched(recording).longest_stall() == (0.5, "MainThread")
    waits = [(100.9, 101.1, 0.2), (101.2, 101.3, 0.05), (101.6, 101.7, 0.1), (100.0, 101.0, 0.9)]
    assert watched(recording, waits).longest_stall() == (pytest.approx(0.35), "MainThread")


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


@pytest.mark.with_gil
def test_collection_in_a_test_is_not_its_stall(suite):
    result = suite(
        """
        import gc

        import pytest

        import gilext

        GARBAGE = [[] for _ in range(1_000_000)]

        @pytest.mark.gil(max_stall=0.005)
        def test_in_which_the_collector_looks_at_it_all():
            gc.collect()

        @pytest.mark.gil(max_stall=0.005)
        def test_that_holds():
            gilext.hold_for(0.5)
        """
    )

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*at a stretch*", "FAILED *test_that_holds*"])
