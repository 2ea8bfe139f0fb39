"""Tests that a function releases the GIL, by a thread that counts."""

from collections.abc import Callable
from threading import Thread


def check_release(function: Callable[[float], object]) -> None:
    """Fail if the function holds the GIL."""
    ticks = 0
    is_done = False

    def tick() -> None:
        nonlocal ticks
        while not is_done:
            ticks += 1

    thread = Thread(target=tick)
    thread.start()
    function(0.1)
    counted = ticks
    is_done = True
    thread.join()
    assert counted > 0  # the mistake: it has counted before the call, and after it
