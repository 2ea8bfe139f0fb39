"""Use one census from several threads at once, while the objects change."""

import gc
import time
from array import array
from contextlib import suppress
from threading import Thread

from gilext._native import Census

SECONDS = 0.2
census = Census()
shared: list[list[object]] = [[] for _ in range(50)]
end = time.monotonic() + SECONDS


def change() -> None:
    while time.monotonic() < end:
        for each in shared:
            each.append([object()])
            if len(each) > 20:
                each.clear()


def add() -> None:
    while time.monotonic() < end:
        census.add(shared)
        census.add([{}, [{1: object()}]])


def read() -> None:
    counts = array("q", bytes(8 * 100_000))
    while time.monotonic() < end:
        with suppress(ValueError, IndexError):  # it has become too large, or is empty
            census.counts(counts)
            census.sizes(counts)
            census.references_from(shared, counts)
            census.changed(counts, counts)
            _ = census[len(census) - 1], census[0]


def clear() -> None:
    while time.monotonic() < end:
        census.protect()
        census.release()
        census.clear()
        gc.collect()


threads = [Thread(target=each) for each in (change, change, add, add, read, clear)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
census.clear()
print("sound")
