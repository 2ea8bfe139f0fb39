"""Count primes in one thread while another wants to run: python use.py mistake|repair."""

import sys
from importlib import import_module
from threading import Event, Thread
from time import perf_counter, thread_time

module = import_module(sys.argv[1])
pauses, running, stopping = [0.0], Event(), Event()


def run_on() -> None:
    """Note the longest time in which this thread could not run."""
    last = perf_counter()
    while not stopping.is_set():
        now = perf_counter()
        pauses[0] = max(pauses[0], now - last)
        last = now
        running.set()


other = Thread(target=run_on)
other.start()
running.wait()
for _ in range(5):
    pauses[0] = 0.0
    start = thread_time()
    module.primes_below(1_000_000)
    seconds = thread_time() - start
    has_run = pauses[0] < 0.9 * seconds
    if has_run:
        break
stopping.set()
other.join()
print(f"a call computed for {seconds:.2f} s; another thread stood still for {pauses[0]:.2f} s")
print("the other thread", "ran" if has_run else "never ran", "during the call")
