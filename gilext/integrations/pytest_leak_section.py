"""What ``pytest --leaks`` prints: progress, and a section at the end."""

from __future__ import annotations

from typing import Any

import pytest

from gilext.core.report import counted
from gilext.core.units import in_words

LEAKS_KEY = "gilext_leaks"
_PROGRESS_KEY = "gilext_leaks_progress"
_MAX_UNJUDGED = 10


def progress_report(
    item: pytest.Item, runs: int, passed: float, seconds: float
) -> pytest.TestReport:
    """Return a report that nothing else shows, and that travels from a worker of xdist."""
    text = f"{item.nodeid}: {counted(runs, 'run')}, {passed:.0f} of {seconds:.3g} s"
    report = pytest.TestReport(item.nodeid, item.location, {}, "passed", None, "setup")
    setattr(report, _PROGRESS_KEY, text)
    return report


class LeakSection:
    """Collects what the checks of the tests have found, and prints it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._found: list[tuple[str, dict[str, Any]]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what was found, and show how a long check goes on."""
        found = getattr(report, LEAKS_KEY, None)
        if found is not None:
            self._found.append((report.nodeid, found))
        progress = getattr(report, _PROGRESS_KEY, None)
        reporter = self._config.pluginmanager.getplugin("terminalreporter")
        if progress is not None and reporter is not None:
            reporter.ensure_newline()
            reporter.write_line(f"leaks: {progress}")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the tests that leak, the worst first, and those that couldn't be judged."""
        terminalreporter.section("leaks")
        checked = [one for one in self._found if one[1]["runs"]]
        leaking = [one for one in self._found if one[1]["leaks"]]
        possible = [one for one in self._found if one[1]["text"] and not one[1]["leaks"]]
        unjudged = [one for one in self._found if one[1]["reason"]]
        leaking.sort(key=lambda one: one[1]["badness"], reverse=True)
        for test, found in leaking + possible:
            terminalreporter.write_line(f"{test} {found['text']}")
        shown = len(unjudged) if self._config.get_verbosity() > 0 else _MAX_UNJUDGED
        for test, found in unjudged[:shown]:
            terminalreporter.write_line(f"{test} couldn't be judged: {found['reason']}")
        if unjudged[shown:]:
            terminalreporter.write_line(f"... and {len(unjudged) - shown} more; -v shows all")
        runs = sum(found["runs"] for _, found in checked)
        seconds = sum(found["seconds"] for _, found in checked)
        sound = len(self._found) - len(leaking) - len(possible) - len(unjudged)
        each = f", {in_words(seconds / len(checked))} per test" if checked else ""
        terminalreporter.write_line(
            f"leak: {len(leaking)}, may leak: {len(possible)}, leak nothing: {sound}, couldn't be "
            f"judged: {len(unjudged)}; {counted(runs, 'run')} in {seconds:,.1f} s{each}"
        )
