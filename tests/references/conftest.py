"""Checks of leaks get time enough, however busy the machine is."""

import pytest

from gilext.references.leaks import check_leaks
from gilext.testing import assert_no_leaks

SECONDS = 60.0


@pytest.fixture(autouse=True)
def time_enough(monkeypatch):
    """Let a check go on until it is sure, if no time is given."""
    for function in (check_leaks, assert_no_leaks):
        monkeypatch.setitem(function.__kwdefaults__, "seconds", SECONDS)
