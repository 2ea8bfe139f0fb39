"""A pool of two processes: in each, one line keeps the thread waiting that reports its progress."""

import json
import threading
from concurrent.futures import ProcessPoolExecutor

DAYS = 4


def report_progress(is_done):
    """Say from time to time that the worker is alive, as a service's heartbeat does."""
    while not is_done.wait(0.001):
        pass


def encode_orders(day):
    """Return how long the orders of one day are as text."""
    is_done = threading.Event()
    progress = threading.Thread(target=report_progress, args=(is_done,), name="progress")
    progress.start()
    orders = [{"day": day, "number": number, "lines": list(range(20))} for number in range(20_000)]
    text = json.dumps(orders)
    is_done.set()
    progress.join()
    return len(text)


def main():
    """Encode the orders of some days, in the processes of a pool."""
    with ProcessPoolExecutor(2) as pool:
        total = sum(pool.map(encode_orders, range(DAYS)))
    print(f"{DAYS} days of orders are {total:,} characters.")


if __name__ == "__main__":
    main()
