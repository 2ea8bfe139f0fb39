"""The pytest plugin, in suites of its own: each claim beside one that isn't so."""

import textwrap
from types import SimpleNamespace

import pytest

from gilext.core.environment import is_gil_enabled
from gilext.integrations.pytest_watching import claim_of

SUITE = """
import time
import unittest
import pytest
from gilext import hold_for, release_for, spin_held

def work_for(seconds):
    # Hold the GIL, in one call, for so many seconds of a core. The best of some trials says how
    # many steps that takes: a machine that takes the core away may count that time as used.
    def used_by(steps):
        before = time.thread_time()
        spin_held(steps)  # here
        return time.thread_time() - before
    used = used_by(round(10**6 * seconds / min(used_by(10**6) for _ in range(5))))
    print(f"one call used {used} of {seconds} seconds")

@pytest.mark.gil(releases=0.8)
@pytest.mark.parametrize("burn", [hold_for, release_for], ids=["held", "released"])
def test_releases(burn):
    for _ in range(40):
        burn(0.02)

@pytest.mark.gil(max_stall=0.05)
@pytest.mark.parametrize("seconds", [0.5, 0.001], ids=["long", "short"])
def test_stalls(seconds):
    work_for(seconds)

@pytest.mark.gil(max_stall=1.0)
def test_python_code_hands_over():
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        pass

class TestCase(unittest.TestCase):
    @pytest.mark.gil(max_stall=0.05)
    def test_in_a_class(self):
        work_for(0.5)

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
    result = suite(SUITE, "-v", "-rP", "--gil")

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
            "the GIL was held for * ms at a stretch while another thread waited*",
            "the longest stall was * ms: *:* work_for*",
            "E*AssertionError: assert 'mine' == 'yours'",
        ]
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    shown_last = str(result.stdout).split("_ test_own_failure _")[1]
    assert "should be for 80.0% at least" not in shown_last.split("short test summary")[0]


@pytest.mark.slow
@pytest.mark.with_gil
def test_marker_judges_each_call_by_itself(suite):
    result = suite(
        """
        import threading
        import time

        import pytest
        from gilext import hold_for, release_for

        def python_code(seconds):
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                sum(i * i for i in range(100))

        @pytest.mark.gil(max_stall=0.4)
        def test_many_calls_in_a_row():
            for _ in range(40):
                hold_for(0.05)

        @pytest.mark.gil(max_stall=0.4)
        def test_calls_after_python_code():
            for _ in range(5):
                python_code(0.3)
                hold_for(0.05)

        @pytest.mark.gil(max_stall=0.2)
        def test_calls_that_release():
            for _ in range(1000):
                release_for(0.001)

        @pytest.mark.gil(max_stall=0.4)
        def test_python_code_beside_python_code():
            other = threading.Thread(target=python_code, args=(1.0,))
            other.start()
            python_code(1.0)
            other.join()
        """
    )

    result.assert_outcomes(passed=4)


@pytest.mark.with_gil
def test_test_that_keeps_nobody_waiting_is_not_disturbed(suite):
    result = suite(
        """
        import sys
        import threading

        import pytest

        @pytest.fixture(scope="module")
        def seen_before():
            return threading.enumerate(), list(sys._current_frames())

        @pytest.mark.gil(max_stall=0.05)
        def test_nothing(seen_before):
            assert (threading.enumerate(), list(sys._current_frames())) == seen_before

        def test_reported(seen_before):
            assert (threading.enumerate(), list(sys._current_frames())) == seen_before
        """,
        "--gil",
    )

    result.assert_outcomes(passed=2)


@pytest.mark.with_gil
def test_where_waiters_are_unknown_a_python_thread_wants_the_gil(suite):
    result = suite(
        """
        import threading

        import pytest
        from gilext.integrations import pytest_stand_in
        from gilext.integrations.pytest_contender import CONTENDER

        class NotStarted:
            def __init__(self, patience):
                pass

            def start(self):
                return False

        pytest_stand_in.StandIn = NotStarted

        @pytest.mark.gil(max_stall=5.0)
        def test_it():
            assert CONTENDER in {thread.name for thread in threading.enumerate()}
        """
    )

    result.assert_outcomes(passed=1)


@pytest.mark.without_gil
def test_without_a_gil_threads_have_to_detach_and_stops_not_to_wait(suite):
    result = suite(
        """
        import gc
        import threading

        import pytest
        from gilext import hold_for, release_for

        @pytest.mark.gil(releases=0.7)
        @pytest.mark.parametrize("call", [hold_for, release_for])
        def test_releases(call):
            call(0.5)

        @pytest.mark.gil(max_stall=0.4)
        @pytest.mark.parametrize("call", [hold_for, release_for])
        def test_stop_waits(call):
            def calling():
                call(1.5)

            called = threading.Thread(target=calling)
            called.start()
            release_for(0.1)
            gc.collect()
            called.join()
        """
    )

    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*MainThread was detached for * and should be for 70.0% at least*",
            "*a stop of the world was kept waiting for * less than 400 ms: *calling*",
        ]
    )


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_option_shows_the_longest_holds_and_their_lines(suite, options):
    result = suite(SUITE, "--gil", "--gil-count=2", *options)

    title = "longest holds of the GIL" if is_gil_enabled() else "longest waits for a stop"
    result.stdout.fnmatch_lines([f"*{title}*"])
    shown = str(result.stdout).split(title)[1]
    if is_gil_enabled():
        assert shown.count(" ms  test_") == 2
        assert "gilext contender" not in shown
        assert "test_stalls[short]" not in shown
        assert "TestCase.test_in_a_class" in shown or "test_stalls" in shown
    else:
        assert "no test let a stop of the world wait for 5 ms" in shown


@pytest.mark.slow
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
    ("marker", "said"),
    [
        (pytest.mark.gil(0.5), "takes keywords only"),
        (pytest.mark.gil(), "takes releases= and max_stall=, not nothing"),
        (pytest.mark.gil(release=0.5), "takes releases= and max_stall=, not release"),
        (pytest.mark.gil(releases=1.5), "'releases' must be 0 to 1, not 1.5"),
        (pytest.mark.gil(releases="all"), "'releases' must be 0 to 1, not 'all'"),
        (pytest.mark.gil(max_stall=0), "'max_stall' must be 0.001 seconds or more, not 0"),
    ],
)
def test_wrong_marker_is_a_usage_error_that_names_the_argument(marker, said):
    item = SimpleNamespace(nodeid="test_it", get_closest_marker=lambda _: marker.mark)

    with pytest.raises(pytest.UsageError, match=f"test_it: .*{said}$"):
        claim_of(item)


def test_usage_error_is_one_line_that_names_the_test(suite):
    result = suite(
        """
        import pytest

        @pytest.mark.gil(releases=1.5)
        def test_it():
            pass
        """
    )

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *test_it: 'releases' must be 0 to 1, not 1.5"])


@pytest.mark.slow
def test_fixture_has_the_checks(suite):
    result = suite(
        """
        import pytest
        from gilext import hold_for, info, release_for

        def test_passes(gil):
            gil.assert_releases(release_for, 0.01)
            gil.assert_stalls_below(5.0, release_for, 0.01)
            gil.assert_detaches(release_for, 0.01)
            gil.assert_pauses_below(5.0, release_for, 0.01)
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
            gil.assert_releases(hold_for, 0.01)
        """
    )

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E*AssertionError: hold_for*"])


LOOKS_AT_MODULES = """
import sys

def test_it():
    rooms = {name.split(".")[1] for name in sys.modules if name.startswith("gilext.")}
    inside = {name for name in sys.modules if name.startswith("gilext.integrations.")}
    assert rooms <= {"_native", "core", "integrations"}, rooms
    assert inside <= {"gilext.integrations.pytest"}, inside
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

        def unknown(*_, **__):
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


@pytest.mark.slow
@pytest.mark.with_gil
def test_collection_in_a_test_is_not_its_stall(suite):
    result = suite(
        """
        import gc
        import time

        import pytest

        import gilext

        GARBAGE = [[] for _ in range(1_000_000)]

        @pytest.mark.gil(max_stall=0.005)
        def test_in_which_the_collector_looks_at_it_all():
            gc.collect()

        @pytest.mark.gil(max_stall=0.005)
        def test_that_holds():
            before = time.thread_time()
            gilext.spin_held(10**6)
            gilext.spin_held(round(10**6 * 0.5 / (time.thread_time() - before)))
        """
    )

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*at a stretch*", "FAILED *test_that_holds*"])
