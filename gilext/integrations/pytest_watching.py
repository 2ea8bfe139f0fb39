"""Watches tests for the pytest plugin: what markers claim, what ``--gil`` shows."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pytest

from gilext.core.environment import is_gil_enabled
from gilext.core.errors import UnsupportedInterpreter
from gilext.core.units import in_words
from gilext.integrations.pytest_collector import CollectorRuns
from gilext.integrations.pytest_contender import CONTENDER, GilContender
from gilext.recording.results import Frame, Recording, Stall
from gilext.recording.watch import watch

_STALL_SECONDS = 0.005
_KEY = "gilext_longest_stall"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a marker says of its test."""

    releases: float | None
    max_stall: float | None


def claim_of(item: pytest.Item) -> Claim | None:
    """Return the claim of a test's closest marker, or None.

    Raises
    ------
    pytest.UsageError
        When the marker has other arguments than it takes.
    """
    marker = item.get_closest_marker("gil")
    if marker is None:
        return None
    if marker.args:
        raise pytest.UsageError(f"{item.nodeid}: the marker 'gil' takes keywords only")
    unknown = set(marker.kwargs) - {"releases", "max_stall"}
    if unknown or not marker.kwargs:
        raise pytest.UsageError(
            f"{item.nodeid}: the marker 'gil' takes releases= and max_stall=, not "
            f"{', '.join(sorted(unknown)) or 'nothing'}"
        )
    releases, max_stall = marker.kwargs.get("releases"), marker.kwargs.get("max_stall")
    if releases is not None and not _is_in(releases, 0, 1):
        raise pytest.UsageError(f"{item.nodeid}: 'releases' must be 0 to 1, not {releases!r}")
    if max_stall is not None and not _is_in(max_stall, 0.001, float("inf")):
        raise pytest.UsageError(
            f"{item.nodeid}: 'max_stall' must be 0.001 seconds or more, not {max_stall!r}"
        )
    return Claim(releases, max_stall)


def _is_in(value: object, least: float, most: float) -> bool:
    return isinstance(value, int | float) and least <= value <= most


@dataclass(frozen=True, slots=True)
class WatchedTest:
    """What was seen of a test: its recording, and when the recording began, by ``monotonic()``."""

    recording: Recording
    contender: GilContender
    collector: CollectorRuns
    start: float

    def released_fraction(self) -> tuple[float, float]:
        """Return the released fraction and its error, without what the contender held."""
        recording = self.recording
        if recording.held_fraction is None or recording.held_error is None:
            return 0.0, 1.0
        own = sum(thread.held_seconds for thread in recording.by_thread if thread.name == CONTENDER)
        held = max(0.0, recording.held_fraction - own / recording.seconds)
        return 1 - held, recording.held_error

    def longest_stall(self) -> tuple[float, str]:
        """Return how long the test kept a thread from the GIL at most, and in which line."""
        stalls = [
            (self._seconds(stall), stall)
            for stall in self.recording.stalls
            if self._holder(stall) != CONTENDER
        ]
        seconds, longest = max(stalls, key=lambda found: found[0], default=(0.0, None))
        return (seconds, self._place(longest)) if longest else (0.0, "")

    def _seconds(self, stall: Stall) -> float:
        """Return how long a stall lasted, without what is no doing of the test's.

        That is the time in which its holder had no core, and that in which the collector ran.
        """
        start = self.start + stall.hold.start_seconds
        end = start + stall.hold.seconds
        others = self.contender.core_wait_seconds(start, end) + self.collector.seconds_in(
            start, end
        )
        return max(0.0, stall.hold.seconds - others)

    def _place(self, stall: Stall) -> str:
        """Return the line that ran for most of a stall, or the name of its thread."""
        if not stall.stacks:
            return self._holder(stall)
        return described(max(stall.stacks, key=lambda stack: stack.seconds).frames[0])

    def _holder(self, stall: Stall) -> str:
        return self.recording.by_thread[stall.hold.thread].name


def described(frame: Frame) -> str:
    """Return where a frame was, in words."""
    return f"{frame.file}:{frame.line} {frame.function}"


def failures_of(claim: Claim, watched: WatchedTest) -> list[str]:
    """Return what of a claim isn't so, each in a sentence with its figures."""
    failures = []
    seconds, where = watched.longest_stall()
    tail = f"\nthe longest stall was {in_words(seconds)}: {where}" if seconds else ""
    if claim.releases is not None:
        released, error = watched.released_fraction()
        if released - error < claim.releases:
            failures.append(
                f"the GIL was released for {released:.1%} ± {error:.1%} of the "
                f"{in_words(watched.recording.seconds)} of this test, and should be for "
                f"{claim.releases:.1%} at least{tail}"
            )
    if claim.max_stall is not None and seconds >= claim.max_stall:
        failures.append(
            f"the GIL was held for {in_words(seconds)} at a stretch while another thread requested "
            f"it, and should be for less than {in_words(claim.max_stall)}{tail}"
        )
    return failures


class TestWatcher:
    """Watches each test that has a claim, or each, if they are to be reported."""

    __test__ = False

    def __init__(self, items: Iterable[pytest.Item], is_reporting: bool) -> None:
        self._is_reporting = is_reporting
        self._claims = {item: claim for item in items if (claim := claim_of(item)) is not None}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Run a test's call phase, then judge its claim.

        The contender is there before the watch begins and after it has ended: starting a thread
        and waiting for its end isn't what the test does.
        """
        claim = self._claims.get(item)
        if claim is None and not self._is_reporting:
            return (yield)
        stall_seconds = min(_STALL_SECONDS, (claim and claim.max_stall) or _STALL_SECONDS)
        with GilContender() as contender, CollectorRuns().noting() as collector:
            watching = watch(stalls=stall_seconds)
            start = monotonic()
            try:
                watching.__enter__()
            except UnsupportedInterpreter as reason:
                if claim is not None:
                    pytest.skip(str(reason))
                return (yield)
            try:
                result = yield
            finally:
                watching.__exit__(None, None, None)
                watched = WatchedTest(watching.recording, contender, collector, start)
                item.stash[_WATCHED] = watched
        if claim is not None and is_gil_enabled():
            failures = failures_of(claim, watched)
            if failures:
                pytest.fail("\n".join(failures), pytrace=False)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Give the report of a call phase its longest stall, in a form that can travel."""
        report = yield
        watched = item.stash.get(_WATCHED, None)
        if call.when == "call" and watched is not None:
            setattr(report, _KEY, list(watched.longest_stall()))
        return report


_WATCHED = pytest.StashKey[WatchedTest]()


class HoldsReport:
    """Prints the tests with the longest holds for which somebody waited, at the end of a run."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._is_any_watched = False
        self._stalls: list[tuple[float, str, str]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test's longest stall."""
        found = getattr(report, _KEY, None)
        if found is not None:
            self._is_any_watched = True
            seconds, where = found
            if seconds >= _STALL_SECONDS:
                self._stalls.append((seconds, report.nodeid, where))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print them, the longest first."""
        terminalreporter.section("longest holds of the GIL while another thread requested it")
        if not is_gil_enabled():
            terminalreporter.write_line("no GIL: nothing was held")
            return
        shown = sorted(self._stalls, reverse=True)
        for seconds, test, where in shown[: self._count or None]:
            terminalreporter.write_line(f"{seconds * 1e3:8.1f} ms  {test}")
            terminalreporter.write_line(f"{'':13}{where}")
        if not self._is_any_watched:
            terminalreporter.write_line("no test was watched")
        elif not shown:
            terminalreporter.write_line(
                f"no test let another thread wait for {in_words(_STALL_SECONDS)}"
            )
