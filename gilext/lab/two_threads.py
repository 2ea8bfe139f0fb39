"""Run by `other_interpreters` in any interpreter: pure Python in one thread and in two.

It imports nothing of gilext.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from threading import Barrier, Thread

_LONG_ENOUGH_SECONDS = 0.15


def work(steps: int) -> None:
    """Compute something, in Python."""
    x = 0
    for step in range(steps):
        x = (x * 31 + step) % 1000003


def timed(workers: int, steps: int) -> tuple[float, float]:
    """Return the wall time of so many threads at once, and their CPU time together."""
    barrier = Barrier(workers + 1)
    used: list[float] = []

    def run() -> None:
        barrier.wait()
        start = time.thread_time()
        work(steps)
        used.append(time.thread_time() - start)
        barrier.wait()

    for _ in range(workers):
        Thread(target=run, daemon=True).start()
    barrier.wait()
    start = time.perf_counter()
    barrier.wait()
    return time.perf_counter() - start, sum(used)


if __name__ == "__main__":
    steps = 100000
    timed(2, steps)
    while timed(1, steps)[0] < _LONG_ENOUGH_SECONDS:
        steps *= 2
    one, _ = min(timed(1, steps) for _ in range(3))
    two, cpu = min(timed(2, steps) for _ in range(3))
    ask = getattr(sys, "_is_gil_enabled", None)
    answer = {
        "name": f"{platform.python_implementation()} {platform.python_version()}",
        "says": None if ask is None else ask(),
        "speedup": 2 * one / two,
        "parallelism": cpu / two,
    }
    print(json.dumps(answer))
