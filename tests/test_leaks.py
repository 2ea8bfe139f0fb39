"""No call leaks memory, nor breaks when there is none. Each function in a process of its own."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

FUNCTIONS = [
    "import",
    "spin_held",
    "spin_released",
    "spin_interruptible",
    "count_primes_held",
    "count_primes_released",
    "checksum_held",
    "checksum_released",
    "hold_for",
    "release_for",
    "Meeting",
    "wait_held",
    "wait_released",
    "time_os_threads",
]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_call_leaks(function: str, run_child: Callable[..., Any]) -> None:
    lines = run_child("leaks.py", function).stdout.splitlines()
    assert lines
    assert [line for line in lines if not line.endswith(" is sound")] == []


def test_a_leak_is_found(run_child: Callable[..., Any]) -> None:
    lines = run_child("leaks.py", "twin").stdout.splitlines()
    assert lines
    assert [line for line in lines if not line.endswith(" leaks")] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_allocation_may_fail(function: str, run_child: Callable[..., Any]) -> None:
    testcapi = pytest.importorskip("_testcapi", reason="this Python has no _testcapi")
    if not hasattr(testcapi, "set_nomemory"):
        pytest.skip("this Python's _testcapi can't let allocations fail")
    if function == "import" and sys.version_info[:2] == (3, 13):
        pytest.skip("CPython 3.13 itself crashes: out of memory, a new type's dict keeps a hole")
    lines = run_child("memory_failures.py", function).stdout.splitlines()
    assert any(line.endswith(" failed") for line in lines)
