"""Without a GIL: one thread parses in C, and each collection of another has to wait for it."""

import gc
import json
import threading
import time

ORDERS = json.dumps([{"number": number, "lines": list(range(20))} for number in range(20_000)])
ROUNDS = 8


def parse_orders(is_done):
    """Parse, again and again: the C code stays attached until it has the whole result."""
    while not is_done.is_set():
        json.loads(ORDERS)


def answer(is_done):
    """Do a little work from time to time, as a service does."""
    while not is_done.wait(0.002):
        sum(range(1000))


def main():
    """Collect garbage a few times while the others work."""
    is_done = threading.Event()
    threads = [
        threading.Thread(target=work, args=(is_done,), name=work.__name__)
        for work in (parse_orders, answer)
    ]
    for thread in threads:
        thread.start()
    for _ in range(ROUNDS):
        gc.collect()
        time.sleep(0.05)
    is_done.set()
    for thread in threads:
        thread.join()
    print(f"{ROUNDS} collections are done.")


if __name__ == "__main__":
    main()
