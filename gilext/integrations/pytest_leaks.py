"""``pytest --leaks``: each test that passed runs again, and fails if it leaks."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import nullcontext
from typing import Any

import pytest
from _pytest.fixtures import FixtureDef
from _pytest.runner import runtestprotocol

from gilext.integrations.pytest_leak_check import LeakOutcome, check_test
from gilext.integrations.pytest_leak_claims import (
    LeakClaim,
    checked_rate,
    checked_seconds,
    leak_claim_of,
)
from gilext.integrations.pytest_leak_section import LEAKS_KEY, progress_report
from gilext.integrations.pytest_rerun import Rerunner, drop_tmp_path, is_again

_PROGRESS_SECONDS = 2.0


def leak_limits(config: pytest.Config) -> tuple[float, float]:
    """Return for how long a test may be checked, and the smallest rate.

    Raises
    ------
    pytest.UsageError
        When one is out of its range.
    """
    return (
        checked_seconds(_limit(config, "leaks_seconds"), "--leaks-seconds"),
        checked_rate(_limit(config, "leaks_rate"), "--leaks-rate"),
    )


def _limit(config: pytest.Config, name: str) -> object:
    given = config.getoption(name)
    if given is not None:
        return given
    text = config.getini(name)
    try:
        return float(text)
    except ValueError:
        return text


class LeakPlugin:
    """Runs each test that can be checked in a protocol of its own.

    The first run is the one that is reported. Then the test's own fixtures are torn down, and
    those of a wider scope stay until it has been checked.
    """

    def __init__(self, seconds: float, rate: float) -> None:
        self._seconds, self._rate = seconds, rate
        self._claims: dict[pytest.Item, LeakClaim] = {}
        self._do: Callable[[], None] | None = None
        self._has_subtests = False
        self._staying: set[FixtureDef[Any]] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Read what the tests' markers say."""
        for item in session.items:
            self._claims[item] = leak_claim_of(item, self._seconds, self._rate)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, object, object]:
        """Run a test and check it, outside of what other plugins do around each run."""
        claim = self._claims[item]
        if self._do is not None or not claim.is_checked or not isinstance(item, pytest.Function):
            return (yield)
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        reports: list[pytest.TestReport] = []
        self._has_subtests = False
        self._do = lambda: reports.extend(
            runtestprotocol(item, log=False, nextitem=item.parent)  # type: ignore[arg-type]
        )
        try:
            result = yield
        finally:
            self._do = None
        self._check(item, claim, reports)
        for report in reports[:-1]:
            item.ihook.pytest_runtest_logreport(report=report)
        self._inside(item, lambda: reports.append(_teardown(item, nextitem)))
        for report in reports[-2:]:
            # A test has one report of a teardown that passed.
            if report.failed or report is reports[-1]:
                item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return result

    @pytest.hookimpl(tryfirst=True, specname="pytest_runtest_protocol")
    def pytest_run_inside(self) -> bool | None:
        """Do what is to be done inside of what other plugins do around a run."""
        if self._do is None:
            return None
        self._do()
        return True

    def pytest_runtest_logreport(self) -> None:
        """Notice reports from inside a run."""
        self._has_subtests |= self._do is not None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Say of what is no test function that it isn't checked."""
        report = yield
        if call.when == "call" and not isinstance(item, pytest.Function):
            outcome = LeakOutcome(reason="only test functions are run again")
            setattr(report, LEAKS_KEY, outcome.to_dict())
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: FixtureDef[Any]) -> None:
        """Note a fixture of a wider scope than a test's."""
        if fixturedef.scope != "function":
            self._staying.add(fixturedef)

    def pytest_fixture_post_finalizer(
        self, fixturedef: FixtureDef[Any], request: pytest.FixtureRequest
    ) -> None:
        """Forget such a fixture, and leave no folder of a test that runs again."""
        self._staying.discard(fixturedef)
        if isinstance(request.node, pytest.Item) and is_again(request.node):
            drop_tmp_path(fixturedef)

    def _inside(self, item: pytest.Item, do: Callable[[], None]) -> None:
        self._do = do
        try:
            item.ihook.pytest_runtest_protocol(item=item, nextitem=item.parent)
        finally:
            self._do = None

    def _check(
        self, item: pytest.Function, claim: LeakClaim, reports: list[pytest.TestReport]
    ) -> None:
        outcome = LeakOutcome(reason=self._why_not(reports))
        if not outcome.reason:
            rerunner = Rerunner(item, lambda run: self._inside(item, run), self._staying)
            run_seconds = sum(report.duration for report in reports)
            outcome = check_test(
                item, rerunner, claim, run_seconds, _Progress(item, rerunner, claim.seconds)
            )
        report = reports[-2]
        setattr(report, LEAKS_KEY, outcome.to_dict())
        if outcome.leaks:
            with pytest.raises(pytest.fail.Exception) as caught:
                pytest.fail(f"{item.name} {outcome.text}", pytrace=False)
            report.outcome, report.longrepr = "failed", item.repr_failure(caught)

    def _why_not(self, reports: list[pytest.TestReport]) -> str:
        if any(hasattr(report, "wasxfail") for report in reports):
            return "it is expected to fail"
        if any(report.skipped for report in reports):
            return "it was skipped"
        if len(reports) < 3 or not all(report.passed for report in reports):
            return "it failed"
        if self._has_subtests:
            return "it reports subtests while it runs"
        return ""


class _Progress:
    """Reports every two seconds how far the check of a test is."""

    def __init__(self, item: pytest.Item, rerunner: Rerunner, seconds: float) -> None:
        self._item, self._rerunner, self._seconds = item, rerunner, seconds
        self._start = self._last = time.monotonic()

    def __call__(self, *_: float) -> None:
        """Report, if it is time."""
        now = time.monotonic()
        if now - self._last >= _PROGRESS_SECONDS:
            self._last = now
            report = progress_report(
                self._item, self._rerunner.runs, now - self._start, self._seconds
            )
            self._item.ihook.pytest_runtest_logreport(report=report)


def _teardown(item: pytest.Item, nextitem: pytest.Item | None) -> pytest.TestReport:
    """Tear down the fixtures of a wider scope that the next test doesn't need."""
    session = item.session
    if session.shouldfail or session.shouldstop:
        nextitem = None
    capture = item.config.pluginmanager.getplugin("capturemanager")
    with nullcontext() if capture is None else capture.item_capture("teardown", item):
        call = pytest.CallInfo.from_call(
            lambda: session._setupstate.teardown_exact(nextitem),
            when="teardown",
            reraise=(pytest.exit.Exception, KeyboardInterrupt),
        )
    report: pytest.TestReport = item.ihook.pytest_runtest_makereport(item=item, call=call)
    return report
