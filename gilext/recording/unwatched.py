"""Child processes that weren't watched, and what can be said about them."""

from __future__ import annotations

import os

_MIN_SECONDS = 0.05  # the kernel counts in ticks of 10 ms


def ended_children_cpu_seconds() -> float:
    """Return the CPU time of this process's children that have ended and were waited for."""
    times = os.times()
    return times.children_user + times.children_system


def why_unwatched(cpu_seconds: float) -> str | None:
    """Say how much CPU time unwatched children used; None if it is little."""
    if cpu_seconds < _MIN_SECONDS:
        return None
    return (
        f"child processes used {cpu_seconds:.1f} s of CPU time and weren't watched; "
        "gilext watch --children and watch(children=True) watch them too"
    )
