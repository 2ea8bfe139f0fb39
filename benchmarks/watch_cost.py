"""What a watch costs a program that keeps two cores busy, and what its peers cost.

Run ``python benchmarks/watch_cost.py`` on a quiet machine with two cores; it takes about three
minutes. The rounds are interleaved, and each ratio is to the run without any in the same round: of
the time on the wall, and of the CPU time of the process, samples included, which neighbours on the
same machine change less.
"""

import argparse
import random
import statistics
import threading
import time
from contextlib import nullcontext

from instruments import INSTRUMENTS

import gilext

WAYS = {
    "gilext": gilext.watch,
    "gilext, lines=False": lambda: gilext.watch(lines=False),
    "gilext, lines=False, stalls=None": lambda: gilext.watch(lines=False, stalls=None),
    "gilext, 0.1 ms": lambda: gilext.watch(1e-4),
    "gilext.monitor": gilext.monitor,
    **{name: way for name, way in INSTRUMENTS.items() if not name.startswith("gilext")},
}


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


def timed(work, size):
    """Run some work; return its seconds on the wall, and the CPU seconds of the process."""
    before = time.process_time()
    wall = work(size)
    return wall, time.process_time() - before


def quartiles(name, ratios):
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{name} {middle - 1:+.2%} ({low - 1:+.2%} to {high - 1:+.2%})"


def report(title, work, arguments):
    size = sized(work, arguments.seconds)
    ways = {"none": nullcontext, **{name: WAYS[name] for name in arguments.ways}}
    took = {name: [] for name in ways}
    for _ in range(arguments.rounds):
        for name in random.sample(list(ways), len(ways)):
            with ways[name]():
                took[name].append(timed(work, size))
    wall = statistics.median(wall for wall, _ in took["none"])
    print(f"{title}, {wall:.2f} s a run, {arguments.rounds} rounds; quarter to three quarters")
    for name in arguments.ways:
        pairs = list(zip(took[name], took["none"], strict=True))
        walls = quartiles("wall", [one[0] / other[0] for one, other in pairs])
        cpus = quartiles("CPU", [one[1] / other[1] for one, other in pairs])
        print(f"  {name:34} {walls}; {cpus}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--seconds", type=float, default=0.5, help="a run")
    parser.add_argument("ways", nargs="*", metavar="WAY", help=f"of {', '.join(WAYS)}")
    arguments = parser.parse_args()
    arguments.ways = arguments.ways or list(WAYS)
    report("two threads in C, both cores busy", busy_seconds, arguments)
    report("two threads in Python", python_seconds, arguments)


if __name__ == "__main__":
    main()
