"""Tests a function for leaks, with None."""

import sys
from collections.abc import Callable

VALUE = None  # the mistake: its count doesn't change


def sees_a_leak(function: Callable[[object], object]) -> bool:
    """Return whether the value has more references after a hundred calls."""
    before = sys.getrefcount(VALUE)
    for _ in range(100):
        function(VALUE)
    return sys.getrefcount(VALUE) - before > 50  # others use None, too
