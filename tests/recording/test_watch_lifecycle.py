"""A watch begins once and ends once, whoever ends it, and leaves nothing behind."""

import gc
import os
import signal
import threading
import time
import weakref

import pytest

from gilext import hold_for, watch
from gilext.recording import thread_names

THREAD_START = threading.Thread.start


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    yield
    gc.collect()
    assert threading.Thread.start is THREAD_START


def test_attribute_is_an_attribute_error_until_the_block_has_ended():
    watched = watch()
    assert not hasattr(watched, "shape")
    assert getattr(watched, "held_fraction", None) is None
    with watched:
        assert not hasattr(watched, "held_fraction")

    assert watched.seconds == watched.recording.seconds
    assert not hasattr(watched, "shape")


def test_watch_that_has_ended_can_be_ended_again():
    watched = watch()
    with watched:
        pass
    recording = watched.recording

    watched.__exit__(None, None, None)

    assert watched.recording is recording


def test_watch_that_has_not_begun_cannot_end():
    with pytest.raises(RuntimeError, match="before its block has begun"):
        watch().__exit__(None, None, None)


def test_watch_that_two_threads_end_has_one_recording(in_threads):
    for _ in range(20):
        watched = watch(stalls=None).__enter__()
        both = threading.Barrier(2)

        def end(watched=watched, both=both):
            both.wait()
            watched.__exit__(None, None, None)
            return watched.recording

        first, second = in_threads(end, end)
        assert first is second


def test_forgotten_watch_unwraps_the_starting_of_threads():
    watched = watch().__enter__()
    gone = weakref.ref(watched)
    del watched
    gc.collect()

    assert gone() is None
    assert threading.Thread.start is THREAD_START


class InterruptionError(Exception):
    pass


def interrupt(*_):
    raise InterruptionError


# What the handler hits between opening a file and its `with` statement is closed by CPython.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers here")
def test_signal_handler_that_raises_anywhere_leaves_nothing_running():
    before = signal.signal(signal.SIGALRM, interrupt)
    interrupted = 0
    try:
        for step in range(60):
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.0002 + step * 0.0001)
                with watch(interval=0.001):
                    time.sleep(0.002)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except InterruptionError:
                interrupted += 1
    finally:
        signal.signal(signal.SIGALRM, before)

    gc.collect()
    assert interrupted
    assert threading.Thread.start is THREAD_START, thread_names._listeners
    assert native_threads() == {"main"} or not os.path.exists("/proc/self/task")


def native_threads():
    """Return the names of the native threads of this process that are a sampler's, and main."""
    names = {"main"}
    for task in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{task}/comm", encoding="utf-8") as comm:
                name = comm.read().strip()
        except OSError:
            continue
        if name.startswith("gilext"):
            names.add(name)
    return names


@pytest.mark.forks
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_child_that_leaves_the_block_has_no_recording_and_the_parent_has_its_own():
    reader, writer = os.pipe()
    with watch() as watched:
        hold_for(0.01)
        child = os.fork()
    if child == 0:
        try:
            said = str(watched.recording)
        except RuntimeError as reason:
            said = str(reason)
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    said = os.read(reader, 1000).decode()
    os.close(reader)

    assert os.waitpid(child, 0)[1] == 0
    assert "forked inside the watched block" in said
    assert watched.recording.seconds > 0


def test_watch_shows_itself_as_what_it_has_seen():
    watched = watch()
    assert str(watched).startswith("<") and watched._repr_html_() is None
    with watched:
        hold_for(0.001)
        assert str(watched).startswith("up to now ")

    assert str(watched) == str(watched.recording)
    assert watched._repr_html_() == watched.recording._repr_html_()
