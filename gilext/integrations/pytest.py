"""The pytest plugin: the fixture ``gil``, the marker ``gil``, the option ``--gil``.

This module is imported in every run of pytest where gilext is installed. So it only looks
whether anybody asks for something; what does the work is in `gilext.integrations.pytest_watching`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from gilext.integrations.pytest_fixture import Gil

_MARKER = (
    "gil(releases=None, max_stall=None): the test has the GIL released for that part of its time "
    "at least, 0 to 1; nobody has to wait for the GIL for so many seconds while it runs"
)


@pytest.fixture
def gil() -> Gil:
    """Check what a function does with the GIL: ``gil.assert_releases(fn, *args)``, and more."""
    from gilext.integrations.pytest_fixture import Gil

    return Gil()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--gil`` and ``--gil-count``."""
    group = parser.getgroup("gilext", "the global interpreter lock")
    group.addoption(
        "--gil", action="store_true", help="show the tests with the longest holds of the GIL"
    )
    group.addoption(
        "--gil-count", type=int, default=10, metavar="N", help="how many --gil shows; 0 for all"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Say what the marker is; with ``--gil``, collect what the tests tell."""
    config.addinivalue_line("markers", _MARKER)
    if config.getoption("gil"):
        from gilext.integrations.pytest_watching import HoldsReport

        config.pluginmanager.register(HoldsReport(config.getoption("gil_count")))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Watch the tests, if any asks for it."""
    is_reporting = bool(session.config.getoption("gil"))
    if is_reporting or any(item.get_closest_marker("gil") for item in session.items):
        from gilext.integrations.pytest_watching import TestWatcher

        session.config.pluginmanager.register(TestWatcher(session.items, is_reporting))
