"""Compare a call of either module with a builtin: python use.py mistake|repair."""

import sys
from collections.abc import Callable
from importlib import import_module
from time import perf_counter

module = import_module(sys.argv[1])


def seconds_of(function: Callable[[int], object]) -> float:
    """Return how long a thousand calls take."""
    start = perf_counter()
    for _ in range(1000):
        function(7)
    return perf_counter() - start


rounds = [(seconds_of(module.is_odd), seconds_of(abs)) for _ in range(200)]
times = min(ours for ours, _ in rounds) / min(builtin for _, builtin in rounds)
print(f"a call takes {times:.1f} times as long as abs()")
if times > 1.6:
    print("releasing the GIL takes longer than the work")
