"""Watches tests for the pytest plugin: what markers claim, what ``--gil`` shows."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import pytest

from gilext.core.environment import is_gil_enabled
from gilext.core.errors import UnsupportedInterpreter
from gilext.recording.results import Frame, Recording
from gilext.recording.watch import watch

_CONTENDER = "gilext contender"
_ASKING_SECONDS = 0.001
_STALLS_SECONDS = 0.005
_KEY = "gilext_longest_hold"


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


class GilContender:
    """While its block runs, a thread asks for the GIL a thousand times a second.

    A hold is a stall only if somebody waits: Python code that holds the GIL for as long as nobody
    else wants it hands it over when somebody asks.
    """

    def __init__(self) -> None:
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._ask, name=_CONTENDER, daemon=True)

    def __enter__(self) -> GilContender:
        """Begin to ask."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End it."""
        self._is_over.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._is_over.wait(_ASKING_SECONDS):
            pass


class TestWatcher:
    """Watches each test that has a claim, or each, if they are to be reported."""

    __test__ = False

    def __init__(self, items: Iterable[pytest.Item], is_reporting: bool) -> None:
        self._is_reporting = is_reporting
        self._claims = {item: claim for item in items if (claim := claim_of(item)) is not None}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Run a test's call phase, then judge its claim."""
        claim = self._claims.get(item)
        if claim is None and not self._is_reporting:
            return (yield)
        max_stall = _STALLS_SECONDS if claim is None else claim.max_stall or _STALLS_SECONDS
        try:
            watched = watch(stalls=min(_STALLS_SECONDS, max_stall)).__enter__()
        except UnsupportedInterpreter as reason:
            if claim is not None:
                pytest.skip(str(reason))
            return (yield)
        try:
            with GilContender():
                result = yield
        finally:
            watched.__exit__(None, None, None)
            item.stash[_RECORDING] = watched.recording
        if claim is not None and is_gil_enabled():
            failures = failures_of(claim, watched.recording)
            if failures:
                pytest.fail("\n".join(failures), pytrace=False)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Give the report of a call phase its longest hold, in a form that can travel."""
        report = yield
        recording = item.stash.get(_RECORDING, None)
        if call.when == "call" and recording is not None:
            seconds, where = longest_hold_of(recording)
            setattr(report, _KEY, [seconds, where])
        return report


_RECORDING = pytest.StashKey[Recording]()


def released_fraction_of(recording: Recording) -> tuple[float, float]:
    """Return the released fraction and its error, without what the asking thread held."""
    if recording.held_fraction is None or recording.held_error is None:
        return 0.0, 1.0
    asked = sum(thread.held_seconds for thread in recording.by_thread if thread.name == _CONTENDER)
    held = max(0.0, recording.held_fraction - asked / recording.seconds)
    return 1 - held, recording.held_error


def longest_hold_of(recording: Recording) -> tuple[float, str]:
    """Return the longest hold in seconds, and whose it was or which line's."""
    longest = recording.longest_holds(1)
    if not longest:
        return 0.0, ""
    hold = longest[0]
    for stall in recording.stalls:
        if stall.hold == hold and stall.stacks:
            most = max(stall.stacks, key=lambda stack: stack.seconds)
            return hold.seconds, described(most.frames)
    return hold.seconds, recording.by_thread[hold.thread].name


def described(frames: tuple[Frame, ...]) -> str:
    """Return where a stack was, in words."""
    frame = frames[0]
    return f"{frame.file}:{frame.line} {frame.function}"


def failures_of(claim: Claim, recording: Recording) -> list[str]:
    """Return what of a claim isn't so, each in a sentence with its figures."""
    failures = []
    seconds, where = longest_hold_of(recording)
    tail = f"\nthe longest hold was {seconds * 1e3:.1f} ms: {where}"
    if claim.releases is not None:
        released, error = released_fraction_of(recording)
        if released - error < claim.releases:
            failures.append(
                f"the GIL was released for {released:.1%} ± {error:.1%} of the "
                f"{recording.seconds:.3f} s of this test, and should be for "
                f"{claim.releases:.1%} at least{tail}"
            )
    if claim.max_stall is not None and seconds >= claim.max_stall:
        failures.append(
            f"the GIL was held for {seconds * 1e3:.1f} ms at a stretch while another thread asked "
            f"for it, and should be for less than {claim.max_stall * 1e3:g} ms{tail}"
        )
    return failures


class HoldsReport:
    """Prints the tests with the longest holds, at the end of a run."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._holds: list[tuple[float, str, str]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test's longest hold."""
        found = getattr(report, _KEY, None)
        if found is not None:
            seconds, where = found
            self._holds.append((seconds, report.nodeid, where))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print them, the longest first."""
        terminalreporter.section("longest holds of the GIL while another thread asked for it")
        if not is_gil_enabled():
            terminalreporter.write_line("no GIL: nothing was held")
            return
        shown = sorted(self._holds, reverse=True)
        for seconds, test, where in shown[: self._most or None]:
            terminalreporter.write_line(f"{seconds * 1e3:8.1f} ms  {test}")
            terminalreporter.write_line(f"{'':13}{where}")
        if not shown:
            terminalreporter.write_line("no test was watched")
