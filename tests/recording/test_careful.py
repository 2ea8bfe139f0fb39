"""What a recording says of holds while all cores are busy, and samples lie far apart.

A release lasts at least as long as asked for, and a hold no longer than from one release to the next,
by the clock around both. In a release of 2 ms no two samples lie close together that both find the
GIL held: so none may be said to have been longer than the longest was, with two intervals at each end.
A hold for which a thread waits lasts as long as the wait: woken without a core, it goes on waiting.
"""

import os
import threading
import time
from contextlib import contextmanager
from itertools import pairwise

import pytest

from gilext import hold_for, release_for, spin_released, watch
from gilext.recording.watch import DEFAULT_INTERVAL

pytestmark = pytest.mark.with_gil

BLUR_SECONDS = 4 * DEFAULT_INTERVAL


@contextmanager
def busy_cores():
    """Keep one thread more running than there are cores, none of which holds the GIL."""
    over = threading.Event()

    def spin():
        while not over.is_set():
            spin_released(10**7)

    spinning = [threading.Thread(target=spin) for _ in range((os.cpu_count() or 1) + 1)]
    for thread in spinning:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in spinning:
            thread.join()


def hold_often(seconds, free, gate):
    """Hold and release; note of each release when it can't have begun later, or ended earlier."""
    gate.wait()
    for _ in range(60):
        called = time.monotonic()
        released = release_for(0.002)
        free.append((called + released, time.monotonic() - released))
        hold_for(seconds)


def watched_beside_busy_cores(seconds):
    """Watch a thread that holds often; return the recording and how long a hold was at most."""
    free, gate = [], threading.Event()
    worker = threading.Thread(target=hold_often, args=(seconds, free, gate), name="worker")
    worker.start()
    with busy_cores(), watch(stalls=None) as watched:
        opened = time.monotonic()
        gate.set()
        worker.join()
        joined = time.monotonic()
    edges = [(opened, opened), *free, (joined, joined)]
    return watched.recording, max(after - before for (before, _), (_, after) in pairwise(edges))


@pytest.mark.parametrize("seconds", [0.0005, 0.005])
def test_no_hold_is_said_to_be_longer_than_the_longest_was(seconds):
    recording, longest = watched_beside_busy_cores(seconds)
    for index, thread in enumerate(recording.by_thread):
        if thread.name == "worker":
            said = [hold for hold in recording.longest if hold.thread == index]
            alone = [hold.seconds for hold in said if not hold.requested]
            assert max(alone, default=0.0) <= longest + BLUR_SECONDS
            assert thread.longest_seconds == max(hold.seconds for hold in said)


def test_holds_are_as_long_as_their_totals_however_far_apart_samples_lie():
    recording, _ = watched_beside_busy_cores(0.005)

    assert sum(hold.seconds for hold in recording.holds) == pytest.approx(
        sum(thread.held_seconds for thread in recording.by_thread)
    )
    assert sum(recording.histogram) == len(recording.holds)
