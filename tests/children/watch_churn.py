"""Functions, frames and threads come and go while their stacks are looked at all the time."""

import contextlib
import threading
import time

import gilext

SOURCE = """
def recurse(depth):
    try:
        return recurse(depth - 1) if depth else 1 / 0
    except ZeroDivisionError:
        raise ValueError
"""
end = time.monotonic() + 3.0
last_end = end + 60.0  # a busy machine may need that long to show one stall
is_over = threading.Event()


def churn() -> None:
    while not is_over.is_set():
        for _ in range(50):
            eval("lambda x: [y * y for y in range(x)]")(20)
            names = {}
            exec(SOURCE, names)
            with contextlib.suppress(ValueError):
                names["recurse"](30)
            sorted(range(100), key=lambda value: -value)
        thread = threading.Thread(target=lambda: sum(range(1000)))
        thread.start()
        thread.join()


threads = [threading.Thread(target=churn) for _ in range(3)]
for thread in threads:
    thread.start()
is_enough = not gilext.info().gil_enabled
while time.monotonic() < end or not (is_enough or time.monotonic() > last_end):
    with gilext.watch(interval=1e-5, stalls=2e-5) as watched, gilext.watch():
        time.sleep(0.2)
    is_enough = is_enough or any(stall.stacks for stall in watched.stalls)
is_over.set()
for thread in threads:
    thread.join()
assert is_enough
print("fine")
