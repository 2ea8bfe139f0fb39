"""The pytest plugin: the fixture ``gil``, the markers ``gil`` and ``leaks``, and their options.

This module is imported in every run of pytest where gilext is installed. So it only looks
whether anybody asks for something; what does the work is in `gilext.integrations.pytest_watching` and
`gilext.integrations.pytest_leaks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gilext.integrations.pytest_fixture import Gil

_MARKER = (
    "gil(releases=None, max_stall=None): the test must have the GIL released for at least that share "
    "of its time, 0 to 1, and no thread may wait for the GIL for that many seconds while it runs"
)

_LEAKS_MARKER = (
    "leaks(allow=None, seconds=None, rate=None): with --leaks, the test may leak what is allowed "
    "(names or regular expressions; True leaves it out), and is checked for so long"
)

_AUDIT = "gilext_gil_audit"


@pytest.fixture
def gil() -> Gil:
    """Check what a function does with the GIL: ``gil.assert_releases(fn, *args)``, and more."""
    from gilext.integrations.pytest_fixture import Gil

    return Gil()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--gil``, ``--gil-count``, ``--leaks`` and what limits it, and ``--gil-audit``."""
    group = parser.getgroup("gilext", "the global interpreter lock")
    group.addoption(
        "--gil", action="store_true", help="show the tests with the longest holds of the GIL"
    )
    group.addoption(
        "--gil-count", type=int, default=10, metavar="N", help="how many --gil shows; 0 for all"
    )
    group.addoption(
        "--leaks", action="store_true",
        help="run each test that passed again, and fail it if it leaks references or memory",
    )  # fmt: skip
    group.addoption(
        "--leaks-seconds", type=float, metavar="S",
        help="for how long --leaks may check a test (5)",
    )  # fmt: skip
    group.addoption(
        "--leaks-rate", type=float, metavar="R",
        help="the smallest rate that --leaks looks for, in leaks per run (1)",
    )  # fmt: skip
    group.addoption(
        "--gil-audit", action="store_true",
        help="fail if an extension module is loaded that brings the GIL of a free-threaded build "
        "back",
    )  # fmt: skip
    parser.addini("leaks_seconds", "for how long --leaks may check a test", default="5")
    parser.addini("leaks_rate", "the smallest rate that --leaks looks for", default="1")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Begin the audit before any conftest file is imported."""
    if early_config.known_args_namespace.gil_audit:
        _audit_gil(early_config)


def _audit_gil(config: pytest.Config) -> None:
    from gilext.integrations.pytest_gil_audit import GilAudit, check_version

    if not config.pluginmanager.has_plugin(_AUDIT):
        check_version()
        config.pluginmanager.register(GilAudit(), _AUDIT)


def pytest_configure(config: pytest.Config) -> None:
    """Say what the markers are; with an option, collect what the tests tell."""
    config.addinivalue_line("markers", _MARKER)
    config.addinivalue_line("markers", _LEAKS_MARKER)
    if config.getoption("gil_audit"):
        _audit_gil(config)
    if config.getoption("gil"):
        from gilext.integrations.pytest_watching import HoldsReport

        config.pluginmanager.register(HoldsReport(config.getoption("gil_count")))
    if config.getoption("leaks"):
        from gilext.integrations.pytest_leak_section import LeakSection
        from gilext.integrations.pytest_leaks import LeakPlugin, leak_limits

        config.pluginmanager.register(LeakSection(config))
        config.pluginmanager.register(LeakPlugin(*leak_limits(config)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Watch the tests, if any asks for it."""
    is_reporting = bool(session.config.getoption("gil"))
    if is_reporting or any(item.get_closest_marker("gil") for item in session.items):
        from gilext.integrations.pytest_watching import TestWatcher

        session.config.pluginmanager.register(TestWatcher(session.items, is_reporting))
