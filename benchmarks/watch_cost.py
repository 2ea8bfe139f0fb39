"""What a watch costs a program that keeps two cores busy, and what its peers cost.

Run ``python benchmarks/watch_cost.py`` on a quiet machine with two cores; it takes about three
minutes. The rounds are interleaved, and each ratio is to the run without any in the same round.
"""

import random
import statistics
import threading
import time
from contextlib import nullcontext

from instruments import INSTRUMENTS

import gilext

ROUNDS = 25


def busy_seconds(iterations):
    """Keep two cores busy with the GIL released."""
    threads = [threading.Thread(target=gilext.spin_released, args=(iterations,)) for _ in range(2)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def python_seconds(steps):
    """Let two threads compete for the GIL with Python code."""
    threads = [threading.Thread(target=sum, args=(map(abs, range(steps)),)) for _ in range(2)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def sized(work, seconds):
    size = 10**5
    while (took := work(size)) < seconds:
        size = int(size * min(10, 1.2 * seconds / took))
    return size


def report(title, work, seconds):
    size = sized(work, seconds)
    ways = {"none": nullcontext, **INSTRUMENTS}
    took = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name in random.sample(list(ways), len(ways)):
            with ways[name]():
                took[name].append(work(size))
    print(f"{title}, {statistics.median(took['none']):.2f} s a run, {ROUNDS} rounds")
    for name in INSTRUMENTS:
        ratios = sorted(a / b for a, b in zip(took[name], took["none"], strict=True))
        print(
            f"  {name:22} {statistics.median(ratios) - 1:+.2%}  "
            f"(quarter to three quarters {ratios[ROUNDS // 4] - 1:+.2%} to "
            f"{ratios[ROUNDS * 3 // 4] - 1:+.2%})"
        )


def main():
    report("two threads in C, both cores busy", busy_seconds, 0.5)
    report("two threads in Python", python_seconds, 0.5)


if __name__ == "__main__":
    main()
