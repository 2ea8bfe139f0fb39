"""Tests that a function keeps no reference, by a number."""

import sys
from collections.abc import Callable


def check_no_reference(function: Callable[[object], object]) -> None:
    """Fail if the function keeps a reference to its argument."""
    value = object()
    function(value)
    assert sys.getrefcount(value) == 2  # the mistake: 2 on some versions, 1 on others
