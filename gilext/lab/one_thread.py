"""Run by `without_gil` in any interpreter: small programs, timed in one thread.

It imports nothing of gilext.
"""

from __future__ import annotations

import json
import platform
import sys
import sysconfig
import time
from collections.abc import Callable

_ROUNDS = 7
_STEPS = 40000


class Point:
    """Something with an attribute."""

    def __init__(self, x: int) -> None:
        self.x = x


def count() -> int:
    """Count, with integers alone."""
    total = 0
    for step in range(_STEPS * 2):
        total += step & 7
    return total


def call() -> int:
    """Call a function for each step."""

    def add(a: int, b: int) -> int:
        return a + b

    total = 0
    for step in range(_STEPS):
        total = add(total, step)
    return total


def make_objects() -> int:
    """Make an object for each step, and read from it."""
    return sum(Point(step).x for step in range(_STEPS))


def fill_containers() -> int:
    """Fill a list and a dict."""
    numbers: list[int] = []
    names: dict[int, int] = {}
    for step in range(_STEPS):
        numbers.append(step)
        names[step & 1023] = step
    return len(numbers) + len(names)


def seconds_of(program: Callable[[], int]) -> float:
    """Return the shortest time of several."""
    times = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        program()
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    ask = getattr(sys, "_is_gil_enabled", None)
    answer = {
        "name": f"{platform.python_implementation()} {platform.python_version()}",
        "gil": ask is None or ask(),
        "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "version": list(sys.version_info[:3]),
        "seconds": [
            seconds_of(program) for program in (count, call, make_objects, fill_containers)
        ],
    }
    print(json.dumps(answer))
