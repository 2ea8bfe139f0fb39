"""Count in two threads at once with either module: python use.py mistake|repair."""

import sys
from importlib import import_module
from threading import Barrier, Thread

module = import_module(sys.argv[1])
times = 1_000_000
both = Barrier(2)


def count() -> None:
    """Count, when the other thread is ready too."""
    both.wait()
    module.count_hits(times)


def lost() -> int:
    """Return how many of the hits of two threads are lost."""
    before = module.count_hits(0)
    threads = [Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counted: int = module.count_hits(0) - before
    return 2 * times - counted


losses = 0
for _ in range(10):
    losses = lost()
    if losses:
        break
print(f"{losses} of {2 * times} hits are lost")
print("hits are lost" if losses else "no hit is lost")
