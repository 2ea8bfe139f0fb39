"""25: a test that can fail.

test_releases(function) is to raise an AssertionError if a function holds the GIL while it runs, and
to return if it releases the GIL for nearly all of its time. It never fails. Repair it: gilext may
be used.
"""

from collections.abc import Callable
from threading import Event, Thread


def test_releases(function: Callable[[], object]) -> None:
    """Assert that a function releases the GIL."""
    ticks = 0
    has_ended = Event()

    def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            if has_ended.is_set():
                return

    thread = Thread(target=tick)
    thread.start()
    function()
    has_ended.set()
    thread.join()
    assert ticks > 0
