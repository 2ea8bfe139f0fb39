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


def churn() -> None:
    while time.monotonic() < end:
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
looked = 0
while time.monotonic() < end:
    with gilext.watch(interval=1e-5, stalls=2e-5) as watched, gilext.watch():
        time.sleep(0.2)
    looked += sum(len(stall.stacks) for stall in watched.stalls)
for thread in threads:
    thread.join()
assert looked > 0 or not gilext.info().gil_enabled
print("fine")
