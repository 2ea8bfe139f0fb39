"""Descriptors, threads, processes, garbage: found, told apart, and the process isn't exhausted."""

import gc
import os
import subprocess
import sys
import threading
import weakref

import pytest

from gilext import check_leaks

pytestmark = [
    pytest.mark.usefixtures("little_to_collect"),
    pytest.mark.skipif(sys.platform == "win32", reason="descriptors aren't counted here"),
]

# Far below what a process may have open, and far below what makes it slow.
MOST_LEFT = 1000


class Left:
    """What the leaky calls leave behind, for the test to take away."""

    def __init__(self):
        self.stop = threading.Event()
        self.ends, self.children, self.threads = [], [], []

    def close(self):
        self.stop.set()
        for end in self.ends:
            os.close(end)
        for child in self.children:
            child.stdin.close()
            child.wait()
        for thread in self.threads:
            thread.join()


@pytest.fixture
def left():
    made = Left()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def untraced_threads():
    """Trace no new thread: coverage keeps a tracer for each, and that is a leak."""
    trace = threading.gettrace()
    threading.settrace(None)
    yield
    threading.settrace(trace)


def leak_descriptor(left):
    left.ends.append(os.dup(0))


def sound_descriptor(left):
    os.close(os.dup(0))


def leak_thread(left):
    thread = threading.Thread(target=left.stop.wait)
    thread.start()
    left.threads.append(thread)


def sound_thread(left):
    thread = threading.Thread(target=len, args=((),))
    thread.start()
    thread.join()


def leak_child(left):
    left.children.append(subprocess.Popen(["cat"], stdin=subprocess.PIPE))


def sound_child(left):
    subprocess.run(["true"], check=True)


def names(leaks):
    return [leak.of for leak in leaks]


@pytest.mark.parametrize(
    ("leaky", "sound", "of"),
    [
        (leak_descriptor, sound_descriptor, "file descriptors"),
        (leak_thread, sound_thread, "threads"),
        pytest.param(leak_child, sound_child, "child processes", marks=pytest.mark.slow),
    ],
    ids=["descriptor", "thread", "child"],
)
def test_resource_is_found_before_it_is_exhausted_and_its_twin_cleared(left, leaky, sound, of):
    report = check_leaks(leaky, left)
    cleared = check_leaks(sound, left, calls=2)

    assert of in names(report.leaks)
    (leak,) = (leak for leak in report.leaks if leak.of == of)
    assert leak.per_call == pytest.approx(1, abs=0.1)
    assert report.calls < MOST_LEFT
    assert set(names(cleared.leaks)) == set()


def test_thread_of_python_is_told_once():
    left = Left()
    try:
        report = check_leaks(leak_thread, left)
    finally:
        left.close()

    assert "native threads" not in names(report.leaks)


def test_uncollectable_objects_are_found():
    class Node:
        pass

    def leave_a_cycle():
        node = Node()
        node.self = node

    sound = check_leaks(leave_a_cycle, calls=5)
    flags = gc.get_debug()
    gc.set_debug(flags | gc.DEBUG_SAVEALL)
    try:
        report = check_leaks(leave_a_cycle, calls=5)
    finally:
        gc.set_debug(flags)
        del gc.garbage[:]
        gc.collect()

    assert "uncollectable objects" in names(report.leaks)
    assert sound.leaks == ()


def test_objects_that_only_a_collection_frees_are_no_leak():
    alive = weakref.WeakSet()

    class Node:
        def __del__(self):
            pass

    def leave_a_cycle():
        node = Node()
        node.self = node
        alive.add(node)

    assert check_leaks(leave_a_cycle, calls=20).leaks == ()


def test_descriptor_that_is_opened_once_is_no_leak(left):
    def open_once():
        if not left.ends:
            leak_descriptor(left)

    report = check_leaks(open_once)

    assert report.leaks == report.possible == ()
