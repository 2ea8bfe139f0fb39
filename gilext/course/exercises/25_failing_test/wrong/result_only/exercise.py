"""25: a test that can fail.

test_releases(function) is to raise an AssertionError if a function holds the GIL while it runs, and
to return if it releases the GIL for nearly all of its time. It never fails. Repair it: gilext may
be used.
"""

from collections.abc import Callable


def test_releases(function: Callable[[], object]) -> None:
    """Assert that a function releases the GIL."""
    function()
