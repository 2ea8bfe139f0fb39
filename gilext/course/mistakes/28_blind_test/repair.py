"""Tests that a function releases the GIL, by samples that are taken inside its calls."""

from collections.abc import Callable

from gilext.testing import assert_releases_gil


def check_release(function: Callable[[float], object]) -> None:
    """Fail if the function holds the GIL."""
    assert_releases_gil(function, 0.1)  # the repair: it looks at the GIL during the calls only
