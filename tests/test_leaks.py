"""No call leaks memory, nor breaks when there is none. Each function in a process of its own."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from gilext import _native


def entries() -> list[str]:
    """Return what Python code can reach in the module: functions, types, and what those have."""
    found = []
    for name, value in vars(_native).items():
        if callable(value) and not name.startswith("__"):
            found.append(name)
        if isinstance(value, type):
            members = [
                member
                for member in vars(value)
                if not member.startswith("__") or member == "__buffer__"
            ]
            found += [f"{name}.{member}" for member in members]
    return found


# Coverage needs memory of its own, and CPython fails in a traced call when there is none.
UNMEASURED = {"COVERAGE_PROCESS_START": None, "COVERAGE_PROCESS_CONFIG": None}
GROUPS = ["import", *(entry for entry in entries() if "." not in entry)]


def test_every_entry_of_the_module_has_a_call(run_child: Callable[..., Any]) -> None:
    listed = set(run_child("calls.py").stdout.split())
    assert set(entries()) - listed == set()
    # A type's buffer has no name in Python before 3.12.
    assert listed - set(entries()) - {"import", "Sampler.__buffer__"} == set()


@pytest.mark.slow
@pytest.mark.parametrize("function", GROUPS)
def test_no_call_leaks(function: str, run_child: Callable[..., Any]) -> None:
    lines = run_child("leaks.py", function, **UNMEASURED).stdout.splitlines()
    assert lines
    assert [line for line in lines if not line.endswith(" is sound")] == []


@pytest.mark.slow
def test_a_leak_is_found(run_child: Callable[..., Any]) -> None:
    lines = run_child("leaks.py", "twin", **UNMEASURED).stdout.splitlines()
    assert lines
    assert [line for line in lines if " leaks [" not in line] == []


@pytest.mark.slow
@pytest.mark.parametrize("function", GROUPS)
def test_every_allocation_may_fail(function: str, run_child: Callable[..., Any]) -> None:
    testcapi = pytest.importorskip("_testcapi", reason="this Python has no _testcapi")
    if not hasattr(testcapi, "set_nomemory"):
        pytest.skip("this Python's _testcapi can't let allocations fail")
    if function == "import" and sys.version_info[:2] == (3, 13):
        pytest.skip("CPython 3.13 itself crashes: out of memory, a new type's dict keeps a hole")
    lines = run_child("memory_failures.py", function, **UNMEASURED).stdout.splitlines()
    assert any(line.endswith(" failed") for line in lines)
