"""What each function does with the GIL, and that it leaks nothing."""

import sys

import minimal
import pytest

from gilext.testing import assert_holds_gil, assert_no_leaks, assert_releases_gil

ITERATIONS = 5_000_000  # some milliseconds


@pytest.mark.skipif(
    not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="there is no GIL to hold"
)
def test_spin_held_holds_the_gil():
    assert_holds_gil(minimal.spin_held, ITERATIONS)


def test_spin_released_releases_the_gil():
    assert_releases_gil(minimal.spin_released, ITERATIONS)


@pytest.mark.parametrize("spin", [minimal.spin_held, minimal.spin_released])
def test_neither_leaks(spin):
    assert_no_leaks(spin, 1000)
    assert_no_leaks(spin, -1, raises=OverflowError)
    assert_no_leaks(spin, "text", raises=TypeError)


def test_both_return_the_same():
    assert minimal.spin_held(1000) == minimal.spin_released(1000)
