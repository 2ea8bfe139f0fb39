"""A request holds the GIL for a second: the watchdog says so while it lasts, and calls back."""

import threading
from concurrent.futures import ThreadPoolExecutor

import gilext


def handle(seconds):
    """Answer a request by calling an extension that doesn't release the GIL."""
    gilext.hold_for(seconds)


def beat(over):
    """Send a heartbeat 20 times a second, as a client of a message broker does."""
    while not over.wait(0.05):
        pass


def main():
    """Stall a program that is watched."""
    stalls, over = [], threading.Event()
    threading.Thread(target=beat, args=(over,), name="heartbeat").start()
    with (
        ThreadPoolExecutor(1, "worker") as pool,
        gilext.monitor(watchdog=0.25, on_stall=stalls.append),
    ):
        pool.submit(handle, 1.0).result()
    over.set()
    for stall in stalls:
        print(stall)
    print(f"{len(stalls)} stall{'s' * (len(stalls) != 1)} of 0.25 s or more.")


if __name__ == "__main__":
    main()
