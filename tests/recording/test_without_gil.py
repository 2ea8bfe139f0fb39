"""Without a GIL: for how long threads were attached, who stopped the world, and who kept it waiting."""

import gc
import os
import sys
import time
from collections.abc import Callable
from threading import Event, Thread

import pytest

from gilext import check, hold_for, load_recording, release_for, watch
from gilext.recording.pauses import Pause
from gilext.recording.results import Recording, ThreadTime

ATTEMPTS = 20
LONG = 0.2  # seconds: a loaded machine may keep the sampling thread from a core for some of it


def thread_named(recording: Recording, name: str) -> ThreadTime:
    return next(thread for thread in recording.by_thread if thread.name == name)


def in_thread(name: str, work: Callable[[], object]) -> Thread:
    thread = Thread(target=work, name=name)
    thread.start()
    return thread


def stops_with(ask: Callable[[], object], work: Callable[[float], float]) -> Recording:
    """Ask for a stop of the world while a thread works, until the recording has one that waited."""
    for _ in range(ATTEMPTS):
        has_begun = Event()

        def run(has_begun: Event = has_begun) -> None:
            has_begun.set()
            work(LONG)

        with watch() as watched:
            worker = in_thread("worker", run)
            has_begun.wait()
            time.sleep(LONG / 10)
            ask()
            worker.join()
        if is_seen_whole(watched.recording):
            break
    return watched.recording


def is_seen_whole(recording: Recording) -> bool:
    """Return whether its longest stop waited, and the stacks were read while it did.

    They aren't if the sampling thread had no core then.
    """
    pause = max(recording.pauses, key=lambda pause: pause.stopping_seconds, default=None)
    return pause is not None and bool(
        pause.frames and pause.waited_for and all(one.frames for one in pause.waited_for)
    )


def longest_wait(recording: Recording) -> Pause:
    return max(recording.pauses, key=lambda pause: pause.stopping_seconds)


@pytest.mark.with_gil
def test_with_a_gil_none_of_it_is_said():
    with watch() as watched:
        hold_for(0.01)
        gc.collect()
    recording = watched.recording

    assert (recording.pauses, recording.pauses_seen) == ((), None)
    assert recording.without_gil_seconds == 0
    assert {thread.attached_seconds for thread in recording.by_thread} <= {None}
    assert {stack.attached_seconds for stack in recording.stacks} <= {None}
    assert "the world was" not in str(recording) and "attached s" not in str(recording)


def test_collections_are_counted():
    with watch() as watched:
        for _ in range(3):
            gc.collect()
    with watch(lines=False) as unwatched:
        gc.collect()

    assert watched.recording.collections >= 3
    assert unwatched.recording.collections is None


@pytest.mark.without_gil
def test_attached_time_is_what_a_thread_stays_attached():
    """A thread knows itself for how long it was in a call that doesn't detach."""
    attached = [0.0]

    def mix() -> None:
        for _ in range(5):
            attached[0] += hold_for(0.02)
            release_for(0.02)

    for _ in range(ATTEMPTS):
        attached[0] = 0.0
        with watch() as watched:
            in_thread("mixed", mix).join()
        recording = watched.recording
        mixed = thread_named(recording, "mixed")
        assert mixed.attached_seconds is not None and mixed.attached_error is not None
        is_right = abs(mixed.attached_seconds - attached[0]) < 2 * mixed.attached_error
        if is_right and mixed.attached_error < attached[0]:  # or no samples were taken for long
            break

    assert is_right
    assert recording.held_fraction is None and recording.held_error is None
    assert recording.without_gil_seconds == recording.seconds


@pytest.mark.without_gil
def test_lines_add_up_to_no_more_than_their_threads_were_attached(watched_until_seen):
    def work():
        for hold in (lambda: hold_for(0.1), lambda: hold_for(0.1)):
            in_thread("holds", hold).join()

    def of_the_holds(seen):
        return [line for line in seen.lines() if "hold_for(0.1)" in (line.source or "")]

    _, recording = watched_until_seen(work, of_the_holds)
    lines = recording.lines()

    assert sum(line.attached_seconds for line in lines) <= 1e-6 + sum(
        thread.attached_seconds for thread in recording.by_thread
    )
    assert {line.held_seconds for line in lines} == {0.0}


@pytest.mark.without_gil
def test_a_stop_has_its_asker_and_who_kept_it_waiting():
    recording = stops_with(gc.collect, hold_for)
    pause = longest_wait(recording)
    worker = recording.by_thread.index(thread_named(recording, "worker"))
    waited = next(one for one in pause.waited_for if one.thread == worker)

    assert pause.reason == "garbage collection"
    assert recording.by_thread[pause.asker].name == "MainThread"
    assert pause.frames[0].file == "<GC>" and pause.frames[1].function == "stops_with"
    assert (
        waited.frames[0].function.endswith("run") and waited.callable == "gilext._native.hold_for"
    )
    assert 0 < waited.seconds <= pause.stopping_seconds
    assert recording.pauses_seen >= len(recording.pauses)
    text = " ".join(str(recording).split())
    assert "of which it waited" in text and "MainThread, garbage collection" in text


@pytest.mark.without_gil
@pytest.mark.forks
def test_a_fork_that_stops_the_world_says_so():
    def fork() -> None:
        if (child := os.fork()) == 0:
            os._exit(0)
        os.waitpid(child, 0)

    pause = longest_wait(stops_with(fork, hold_for))

    assert (pause.callable, pause.reason) == ("posix.fork", None)
    assert pause.frames[0].function.endswith("fork")


@pytest.mark.without_gil
def test_a_thread_that_detaches_keeps_no_stop_waiting():
    """Not at its line: on a machine that is busy, it may lose its core on the way in or out."""
    attached = longest_wait(stops_with(gc.collect, hold_for))
    for _ in range(ATTEMPTS):
        with watch() as watched:
            worker = in_thread("worker", lambda: release_for(LONG))
            time.sleep(LONG / 10)
            gc.collect()
            worker.join()
        waits = [pause.stopping_seconds for pause in watched.recording.pauses]
        if max(waits, default=0.0) < attached.stopping_seconds:
            break

    assert max(waits, default=0.0) < attached.stopping_seconds


@pytest.mark.without_gil
def test_a_program_that_stops_nothing_has_no_pauses():
    gc.disable()
    try:
        with watch() as watched:
            in_thread("holds", lambda: hold_for(0.1)).join()
    finally:
        gc.enable()
    recording = watched.recording

    assert (recording.pauses, recording.pauses_seen) == ((), 0)
    assert str(recording).startswith("no stop of the world was seen in ")


@pytest.mark.without_gil
def test_stops_and_threads_of_gilext_itself_are_none_of_the_programs():
    with watch() as watched:
        checked = check(hold_for, 0.01, seconds=0.3)
    recording = watched.recording

    assert checked.verdict == "stays attached"
    assert [thread.name for thread in recording.by_thread] == ["MainThread"]
    assert all(pause.asker == 0 for pause in recording.pauses)


@pytest.mark.without_gil
@pytest.mark.parametrize("suffix", ["json", "gilext"])
def test_what_was_seen_without_a_gil_is_read_back(tmp_path, suffix):
    path = tmp_path / f"found.{suffix}"
    with watch(file=path if suffix == "gilext" else None) as watched:
        worker = in_thread("worker", lambda: hold_for(LONG))
        gc.collect()
        worker.join()
    recording = watched.recording
    if suffix == "json":
        recording.save(path)
    again = load_recording(path)

    for name in ("pauses", "pauses_seen", "collections", "without_gil_seconds", "by_thread"):
        assert getattr(again, name) == getattr(recording, name), name
    assert again.lines() == recording.lines()


@pytest.mark.without_gil
@pytest.mark.compiles
def test_gil_that_comes_back_splits_a_recording(declaring, run_child):
    path = os.pathsep.join([str(declaring), *sys.path])
    run_child("gil_comes_back.py", "pkg._bad", PYTHON_GIL=None, PYTHONPATH=path)


@pytest.mark.without_gil
def test_without_lines_a_stop_still_has_its_asker():
    for _ in range(ATTEMPTS):
        with watch(lines=False) as watched:
            worker = in_thread("worker", lambda: hold_for(LONG))
            time.sleep(LONG / 10)
            gc.collect()
            worker.join()
        if watched.recording.pauses:
            break
    pause = longest_wait(watched.recording)

    assert watched.recording.by_thread[pause.asker].name == "MainThread"
    assert (pause.frames, pause.reason) == ((), None)
