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
from gilext.integrations.pytest_attached import attached_failures, longest_pause, place_of
from gilext.integrations.pytest_collector import CollectorRuns
from gilext.integrations.pytest_contender import GilContender
from gilext.integrations.pytest_core_waits import MIN_WAIT_SECONDS
from gilext.integrations.pytest_places import described
from gilext.integrations.pytest_rerun import is_again
from gilext.integrations.pytest_stand_in import GilStandIn, Request, gil_wanted
from gilext.recording.parts import Stall, Victim
from gilext.recording.results import Recording
from gilext.recording.watch import watch
from gilext.recording.world_report import had_gil

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
    another: GilStandIn | GilContender
    collector: CollectorRuns
    start: float

    def released_fraction(self) -> tuple[float, float]:
        """Return the released fraction and its error, without what the other thread held.

        It is of the time in which the holder had a core, since without one it can release nothing;
        or of all the time, if that tells more for sure.
        """
        recording = self.recording
        if recording.held_fraction is None or recording.held_error is None:
            return 0.0, 1.0
        own = sum(t.held_seconds for t in recording.by_thread if t.name == self.another.name)
        held, seconds = recording.held_fraction * recording.seconds - own, recording.seconds
        seen = [_released(held, seconds, recording.held_error)]
        if waited := self._core_wait_in(0.0, seconds):
            held -= sum(
                self._core_wait_in(hold.start_seconds, hold.seconds)
                for hold in recording.holds
                if hold.seconds >= MIN_WAIT_SECONDS
                if self._name(hold.thread) != self.another.name
            )
            had_core = max(seconds - waited, 1e-9)
            seen.append(_released(held, had_core, recording.held_error * seconds / had_core))
        return max(seen, key=lambda one: one[0] - one[1])

    def _core_wait_in(self, start_seconds: float, seconds: float) -> float:
        start = self.start + start_seconds
        return self.another.core_wait_seconds(start, start + seconds)

    def longest_stall(self) -> tuple[float, str]:
        """Return for how long the test kept a thread from the GIL at most, and in which line.

        Without a GIL, what it kept waiting is a stop of the world.
        """
        if not had_gil(self.recording):
            pause = longest_pause(self.recording)
            return (pause.stopping_seconds, place_of(pause)) if pause else (0.0, "")
        stall = self._longest()
        return (self._seconds(stall), self._place(stall)) if stall else (0.0, "")

    def victim(self) -> str:
        """Return which of the test's threads waited in the longest stall; empty if none is known."""
        stall = self._longest()
        victims = self._victims(stall) if stall else []
        if not victims:
            return ""
        victim = max(victims, key=lambda one: one.seconds)
        place = f": {described(victim.frames)}" if victim.frames else ""
        return f"{self._name(victim.thread)} waited for {in_words(victim.seconds)}{place}"

    def _longest(self) -> Stall | None:
        longest = max(self.recording.stalls, key=self._seconds, default=None)
        return longest if longest and self._seconds(longest) > 0 else None

    def _seconds(self, stall: Stall) -> float:
        """Return how long a stall lasted, without what is no doing of the test's.

        That is the time in which its holder had no core, and that in which the collector ran. If
        only the plugin's own thread waited, it is what another would have waited.
        """
        if self._name(stall.hold.thread) == self.another.name:
            return 0.0
        start = self.start + stall.hold.start_seconds
        end = start + stall.hold.seconds
        request = self._request_in(start, end)
        is_ours = bool(stall.victims) and not self._victims(stall)
        if request is not None and (is_ours or not stall.victims):
            return request.stall_seconds(end, self._seconds_of_others)
        if is_ours:
            return 0.0
        return max(0.0, stall.hold.seconds - self._seconds_of_others(start, end))

    def _request_in(self, start: float, end: float) -> Request | None:
        """Return the request that was waited for in most of a span, if any was."""

        def shared(one: Request) -> float:
            return min(end, one.granted) - max(start, one.requested)

        request = max(self.another.requests, key=shared, default=None)
        return request if request is not None and shared(request) > 0 else None

    def _seconds_of_others(self, start: float, end: float) -> float:
        return self.another.core_wait_seconds(start, end) + self.collector.seconds_in(start, end)

    def _place(self, stall: Stall) -> str:
        """Return the line that ran for most of a stall, or the name of its thread."""
        if not stall.stacks:
            return self._name(stall.hold.thread)
        return described(max(stall.stacks, key=lambda stack: stack.seconds).frames)

    def _victims(self, stall: Stall) -> list[Victim]:
        return [one for one in stall.victims if self._name(one.thread) != self.another.name]

    def _name(self, thread: int) -> str:
        return self.recording.by_thread[thread].name


def _released(held_seconds: float, seconds: float, error: float) -> tuple[float, float]:
    return 1 - min(1.0, max(0.0, held_seconds / seconds)), error


def failures_of(claim: Claim, watched: WatchedTest) -> list[str]:
    """Return what of a claim isn't so, each in a sentence with its figures."""
    if not had_gil(watched.recording):
        return attached_failures(
            claim.releases, claim.max_stall, watched.recording, watched.another.name
        )
    failures = []
    seconds, where = watched.longest_stall()
    tail = f"\nthe longest stall was {in_words(seconds)}: {where}" if seconds else ""
    if victim := watched.victim():
        tail += f"\n{victim}"
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
            f"the GIL was held for {in_words(seconds)} at a stretch while another thread "
            f"waited, and should be for less than {in_words(claim.max_stall)}{tail}"
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

        The thread that wants the GIL is there before the watch begins and after it has ended:
        starting a thread and waiting for its end isn't what the test does.
        """
        claim = self._claims.get(item)
        if is_again(item) or (claim is None and not self._is_reporting):
            return (yield)
        stall_seconds = min(_STALL_SECONDS, (claim and claim.max_stall) or _STALL_SECONDS)
        with gil_wanted(stall_seconds) as another, CollectorRuns().noting() as collector:
            watching = watch(stalls=stall_seconds)
            watching.counts_own_requests = True
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
                if isinstance(another, GilStandIn):
                    watching.name_thread(another.native_id, another.name)
                watching.__exit__(None, None, None)
                watched = WatchedTest(watching.recording, another, collector, start)
                item.stash[_WATCHED] = watched
        if claim is not None:
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
        if call.when == "call" and watched is not None and not is_again(item):
            setattr(report, _KEY, list(watched.longest_stall()))
        return report


_WATCHED = pytest.StashKey[WatchedTest]()


class HoldsReport:
    """Prints the tests whose holds made another thread wait the longest, at the end of a run."""

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
        has_gil = is_gil_enabled()
        terminalreporter.section(
            "longest holds of the GIL while another thread waited"
            if has_gil
            else "longest waits for a stop of the world"
        )
        shown = sorted(self._stalls, reverse=True)
        for seconds, test, where in shown[: self._count or None]:
            terminalreporter.write_line(f"{seconds * 1e3:8.1f} ms  {test}")
            terminalreporter.write_line(f"{'':13}{where}")
        if not self._is_any_watched:
            terminalreporter.write_line("no test was watched")
        elif not shown:
            waiting = "another thread" if has_gil else "a stop of the world"
            terminalreporter.write_line(
                f"no test let {waiting} wait for {in_words(_STALL_SECONDS)}"
            )
