"""``pytest --gil-audit``: fails a suite that loads an extension module which needs the GIL."""

from __future__ import annotations

import sys
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import pytest

from gilext.auditing.importing.import_report import FORECAST
from gilext.auditing.importing.loading import LoadedModule, LoadWatch, is_gil_back, loaded_before
from gilext.core.environment import is_free_threaded_build
from gilext.core.gil_origin import asked_by, fixed
from gilext.core.report import counted

_KEY = "gilext_gil_audit"
_BEFORE = "before --gil-audit began"
_MAX_UNKNOWN = 10
_START = "before the collection"


@dataclass(frozen=True, slots=True)
class Finding:
    """A module that needs the GIL, or may, and when it was loaded.

    Attributes
    ----------
    where : str
        ``"the call of test_it.py::test_it"``, ``"the collection of test_it.py"`` and the like.
    what : str
        What was seen, in a sentence.
    is_failure : bool
        Whether it is beyond doubt.
    """

    where: str
    what: str
    is_failure: bool

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.where}: {self.what}"


def check_version() -> None:
    """Raise pytest.UsageError where no module can declare anything."""
    if sys.version_info < (3, 13):
        raise pytest.UsageError(
            "--gil-audit takes CPython 3.13 or later: before, an extension module can't declare "
            "that it needs no GIL"
        )


class GilAudit:
    """Notes the extension modules that are loaded, and fails the tests that load them.

    Each is told by itself, so the second module that needs the GIL is found as the first is.
    """

    def __init__(self) -> None:
        self._findings: list[Finding] = []
        self._from_workers: list[Finding] = []
        self._count = 0
        self._is_on = _is_gil_back()
        # This plugin has brought gilext itself.
        self._new = [one for one in loaded_before() if not one.name.startswith("gilext.")]
        self._take(_BEFORE)
        self._watch = LoadWatch(self._new.append)
        self._watch.__enter__()

    def pytest_unconfigure(self) -> None:
        """End."""
        self._watch.__exit__()

    def pytest_collection(self) -> None:
        """Note what conftest files and plugins have loaded."""
        self._take(_START)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Note what a file loads when it is imported; the tests run all the same."""
        try:
            return (yield)
        finally:
            self._take(f"the collection of {collector.nodeid or 'the suite'}")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Fail the part of a test that has loaded such a module."""
        report = yield
        found = self._take(f"the {call.when} of {item.nodeid}")
        said = "\n".join(one.what for one in found if one.is_failure)
        if said and report.failed:
            report.sections.append(("gil audit", said))
        elif said:
            report.outcome, report.longrepr = "failed", said
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail the session if anything was found, and send it from a worker of xdist."""
        self._take("the end of the session")
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_KEY] = [
                self._count,
                [[one.where, one.what, one.is_failure] for one in self._findings],
            ]
        is_good = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        if is_good and any(one.is_failure for one in self._all):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker of xdist has found."""
        count, found = getattr(node, "workeroutput", {}).get(_KEY, (0, ()))
        self._count = max(self._count, count)
        self._from_workers += [Finding(*one) for one in found]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print all that was found, in the order in which it happened."""
        terminalreporter.ensure_newline()
        terminalreporter.section("gil audit")
        failures = [str(one) for one in self._all if one.is_failure]
        for line in failures:
            terminalreporter.write_line(line, red=True)
        if not failures:
            terminalreporter.write_line(
                f"{counted(self._count, 'extension module')} loaded, and none is known to need "
                "the GIL"
            )
        unknown = [str(one) for one in self._all if not one.is_failure]
        shown = len(unknown) if terminalreporter.config.get_verbosity() > 0 else _MAX_UNKNOWN
        for line in unknown[:shown]:
            terminalreporter.write_line(line)
        if unknown[shown:]:
            terminalreporter.write_line(f"... and {len(unknown) - shown} more; -v shows all")
        for line in _circumstances():
            terminalreporter.write_line(line)

    @property
    def _all(self) -> list[Finding]:
        """What was found, each once: the workers', if there are any, and not this process's."""
        return list(dict.fromkeys(self._from_workers or self._findings))

    def _take(self, where: str) -> list[Finding]:
        """Return what was loaded since this was last asked."""
        new, self._new[:] = list(self._new), []
        self._count += len(new)
        found = [
            Finding(where, _sentence(one), one.needs_gil is True)
            for one in new
            if one.needs_gil is not False
        ]
        is_on = _is_gil_back()
        if is_on and not self._is_on and not any(one.is_failure for one in found):
            what = "the GIL came back, and no module that was loaded explains it"
            found.append(Finding(where, what, True))
        self._is_on = is_on
        self._findings += found
        return found


def _sentence(loaded: LoadedModule) -> str:
    if loaded.needs_gil is None:
        lead = f"{loaded.name} can't be told"
    elif loaded.brought_gil_back:
        lead = f"the GIL came back with {loaded.name}"
    elif _is_observed():
        lead = f"{loaded.name} needs the GIL too"
    else:
        lead = f"{loaded.name} would bring the GIL back"
    return f"{lead} ({loaded.declares}): {loaded.way}{loaded.line}"


def _circumstances() -> list[str]:
    """Return how sure it is, in a sentence."""
    if not is_free_threaded_build():
        return [FORECAST]
    if (asked := asked_by()) is not None:
        return [f"The GIL is on because of {asked}; this is what would happen without."]
    if not _is_observed():
        return ["The GIL is kept off by PYTHON_GIL=0 or -X gil=0; this is what happens without."]
    return []


def _is_observed() -> bool:
    """Return whether the GIL of this process comes back when a module needs it."""
    return is_free_threaded_build() and fixed() is None


def _is_gil_back() -> bool:
    return _is_observed() and is_gil_back()
