"""Tests that a function keeps no reference, by what changes."""

import sys
from collections.abc import Callable


def check_no_reference(function: Callable[[object], object]) -> None:
    """Fail if the function keeps a reference to its argument."""
    value = object()
    before = sys.getrefcount(value)
    function(value)
    assert sys.getrefcount(value) == before  # the repair: the same way of counting, twice
