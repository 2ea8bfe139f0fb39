"""25: a test that can fail.

test_releases(function) is to raise an AssertionError if a function holds the GIL while it runs, and
to return if it releases the GIL for nearly all of its time. It never fails. Repair it: gilext may
be used.
"""

from collections.abc import Callable

from gilext.testing import assert_releases_gil


def test_releases(function: Callable[[], object]) -> None:
    """Assert that a function releases the GIL."""
    assert_releases_gil(function, seconds=0.2)
