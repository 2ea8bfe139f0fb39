"""Eight threads that use one Hasher, and replace its label, all the time."""

import sys
from threading import Thread

import fnv

hasher = fnv.Hasher()


def use(number):
    """Write and read what the threads share."""
    for turn in range(20_000):
        hasher.label = f"thread {number}, turn {turn}"
        assert hasher.label.startswith("thread")
        hasher.update(b"x")


threads = [Thread(target=use, args=(number,)) for number in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("the GIL is", "on" if getattr(sys, "_is_gil_enabled", lambda: True)() else "off")
print("hashed all bytes:", hasher.value() == fnv.hash(b"x" * 160_000))
