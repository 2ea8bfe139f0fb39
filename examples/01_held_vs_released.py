"""One C loop in two threads: first holding the GIL, then releasing it."""

from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import gilext

ITERATIONS = 200_000_000


def seconds_in_two_threads(loop):
    """Return how long two calls take that start together."""
    with ThreadPoolExecutor(2) as pool:
        start = perf_counter()
        list(pool.map(loop, [ITERATIONS, ITERATIONS]))
        return perf_counter() - start


start = perf_counter()
gilext.spin_held(ITERATIONS)
alone = perf_counter() - start

held = seconds_in_two_threads(gilext.spin_held)
released = seconds_in_two_threads(gilext.spin_released)

print(f"one call, one thread         {alone:.2f} s")
print(f"two calls, two threads, held {held:.2f} s")
print(f"             ... and released {released:.2f} s")
print(
    f"Two threads do {2 * alone / held:.1f} times the work of one while the loop holds the GIL, "
    f"and {2 * alone / released:.1f} times when it releases it."
)
