"""Tests a function for leaks, with an object of its own."""

import sys
from collections.abc import Callable

VALUE = object()  # the repair: a new object, which counts


def sees_a_leak(function: Callable[[object], object]) -> bool:
    """Return whether the value has more references after a hundred calls."""
    before = sys.getrefcount(VALUE)
    for _ in range(100):
        function(VALUE)
    return sys.getrefcount(VALUE) - before > 50
