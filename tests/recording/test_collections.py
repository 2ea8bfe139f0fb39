"""The garbage collector is a culprit of its own."""

import gc
import threading
import time

import pytest

from gilext import hold_for, watch

pytestmark = pytest.mark.with_gil


class Finalized:
    """Takes its time to go."""

    def __init__(self):
        self.itself = self

    def __del__(self):
        hold_for(0.02)


def collect():
    gc.collect()


def many_objects():
    return [[i] for i in range(500_000)]


def collector_lines(recording):
    return [line for line in recording.lines() if line.frame.file == "<GC>"]


def test_collection_is_named_with_its_generation_and_who_began_it(watched_until_seen):
    kept = many_objects()
    (line, *_), watched = watched_until_seen(
        collect,
        lambda seen: [one for one in collector_lines(seen) if one.frame.function[-1] == "2"],
    )
    del kept

    assert (line.frame.line, line.frame.function) == (0, "generation 2")
    assert line.expression is None and line.callable is None
    assert line.callers[0].frame.function == "collect"
    assert line in watched.lines(own=True)


def test_finalizer_stands_above_the_collection_that_calls_it(watched_until_seen):
    def work():
        Finalized()
        collect()

    def finalizers(seen):
        return [stack for stack in seen.stacks if "__del__" in stack.frames[0].function]

    (stack, *_), _ = watched_until_seen(work, finalizers)
    assert [frame.function for frame in stack.frames[1:3]] == ["generation 2", "collect"]


def test_what_runs_beside_a_collection_is_not_the_collector():
    with watch() as watched:
        collect()
        hold_for(0.05)

    named = {
        stack.frames[0].file
        for stack in watched.stacks
        if any(frame.function.startswith("test_what_runs") for frame in stack.frames[:1])
    }
    assert "<GC>" not in named


def test_callbacks_are_as_before_when_the_watch_ends():
    before = list(gc.callbacks)
    with watch(), watch():
        assert len(gc.callbacks) == len(before) + 2
    with watch(lines=False):
        assert gc.callbacks == before
    assert gc.callbacks == before


def test_watch_that_is_dropped_leaves_no_callback():
    before = list(gc.callbacks)
    watched = watch()
    watched.__enter__()
    del watched
    gc.collect()

    assert gc.callbacks == before


def test_watch_survives_that_somebody_else_clears_the_callbacks():
    before = list(gc.callbacks)
    try:
        with watch() as watched:
            gc.callbacks.clear()
            collect()
    finally:
        gc.callbacks[:] = before

    assert collector_lines(watched) == []


def test_collections_of_another_thread_are_its_own(watched_until_seen):
    kept = many_objects()

    def collect_in_a_thread():
        thread = threading.Thread(target=collect, name="collector")
        thread.start()
        while thread.is_alive():
            hold_for(0.001)
            time.sleep(0.001)

    def collecting(seen):
        return [stack for stack in seen.stacks if stack.frames[0].function == "generation 2"]

    _, watched = watched_until_seen(collect_in_a_thread, collecting)
    del kept

    (index,) = [i for i, one in enumerate(watched.by_thread) if one.name == "collector"]
    assert {stack.thread for stack in collecting(watched)} == {index}


@pytest.mark.parametrize(
    "arguments", [(), ("start",), ("start", {}), ("start", 1), (1, 2), ("stop", None, 3)]
)
def test_callback_leaves_alone_what_no_collector_says(arguments):
    with watch() as watched:
        watched._sampler.note_collection(*arguments)
        hold_for(0.02)

    assert collector_lines(watched) == []
