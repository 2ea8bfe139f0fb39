"""The names of asyncio's tasks in stalls, of programs whose tasks are known."""

import asyncio
import asyncio.tasks
import contextvars
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from gilext import hold_for, monitor, watch
from gilext.recording.holds import Hold
from gilext.recording.parts import Frame, StackSample, Stall

pytestmark = pytest.mark.with_gil

STALL_SECONDS = 0.02
TRIES = 10


@contextmanager
def another_thread():
    """Run a thread that wants the GIL again and again: so a hold is a stall."""
    is_over = threading.Event()

    def want():
        while not is_over.wait(0.001):
            pass

    thread = threading.Thread(target=want, name="waits")
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def hold():
    hold_for(3 * STALL_SECONDS)


async def hold_in_task():
    await asyncio.sleep(0)
    hold()


def tasks_of(recording):
    """Return the names that the samples of `hold` have, None among them."""
    return {
        stack.task
        for stall in recording.stalls
        for stack in stall.stacks
        if any(frame.function == "hold" for frame in stack.frames)
    }


def watched(run):
    """Return what tasks were seen to hold; on a crowded machine there may be no sample at first."""
    for _ in range(TRIES):
        with another_thread(), watch(stalls=STALL_SECONDS) as watching:
            run()
        if tasks := tasks_of(watching.recording):
            return tasks
    raise AssertionError("hold() was never seen")


def run_task(make):
    async def main():
        await make(asyncio.get_running_loop())

    asyncio.run(main())


class OwnTask(asyncio.Task):
    """One that a program derives."""


def renamed(loop):
    task = loop.create_task(hold_in_task(), name="before")
    task.set_name("after")
    return task


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda loop: loop.create_task(hold_in_task(), name="pay-42"), "pay-42"),
        (lambda loop: loop.create_task(hold_in_task(), name="Zürich 時間 🎉"), "Zürich 時間 🎉"),
        (lambda loop: loop.create_task(hold_in_task(), name="x" * 600), "x" * 511),
        (renamed, "after"),
        (lambda loop: OwnTask(hold_in_task(), loop=loop, name="own"), "own"),
    ],
    ids=["given", "unicode", "long", "renamed", "derived"],
)
def test_task_that_holds_is_named(make, name):
    assert watched(lambda: run_task(make)) == {name}


def test_task_without_a_name_is_named_as_asyncio_does():
    names = []

    async def main():
        task = asyncio.create_task(hold_in_task())
        await task
        names.append(task.get_name())

    assert watched(lambda: asyncio.run(main())) <= set(names)
    assert all(name.startswith("Task-") for name in names)


# The coroutine of the task that started it is on the same stack.
@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with 3.12")
def test_eager_task_is_told_from_the_one_that_starts_it():
    async def hold_at_once():
        asyncio.current_task().set_name("eager")
        hold()

    async def main():
        loop = asyncio.get_running_loop()
        asyncio.current_task().set_name("outer")
        loop.set_task_factory(asyncio.eager_task_factory)
        await loop.create_task(hold_at_once())

    assert watched(lambda: asyncio.run(main())) == {"eager"}


def test_what_no_task_runs_has_no_name():
    async def main():
        loop = asyncio.get_running_loop()
        asyncio.current_task().set_name("waits")
        called = loop.create_future()
        loop.call_soon(lambda: (hold(), called.set_result(None)))
        await called

    assert watched(lambda: asyncio.run(main())) == {None}


# Its name is in a dictionary of its own, and so it is unknown.
def test_task_in_pure_python_has_no_name():
    assert watched(
        lambda: run_task(lambda loop: asyncio.tasks._PyTask(hold_in_task(), loop=loop, name="pure"))
    ) == {None}


class LikeATask:
    """One that isn't derived from asyncio's, and has the same next to each other."""

    __slots__ = ("_1_coroutine", "_2_name", "_3_context")


def test_task_of_another_kind_has_no_name():
    async def main():
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        other = LikeATask()
        other._1_coroutine = task.get_coro()
        other._2_name = "another kind"
        other._3_context = contextvars.copy_context()
        asyncio.tasks._leave_task(loop, task)
        asyncio.tasks._enter_task(loop, other)
        hold()
        asyncio.tasks._leave_task(loop, other)
        asyncio.tasks._enter_task(loop, task)

    assert watched(lambda: asyncio.run(main())) == {None}


def test_thread_without_a_loop_is_in_no_task():
    async def main():
        asyncio.current_task().set_name("waits")
        await asyncio.to_thread(hold)

    assert watched(lambda: asyncio.run(main())) == {None}


# A generator that runs is as near to a coroutine as there is.
def test_worker_is_in_no_task_while_one_runs_in_another_thread():
    def generate():
        yield hold()

    async def main():
        asyncio.current_task().set_name("spins")
        work = pool.submit(list, generate())
        while not work.done():
            sum(range(100))

    with ThreadPoolExecutor(1) as pool:
        assert watched(lambda: asyncio.run(main())) == {None}


def test_each_loop_has_its_own_task():
    def run(name):
        def hold_by_name():
            hold_for(2 * STALL_SECONDS)

        async def main():
            asyncio.current_task().set_name(name)
            for _ in range(5):
                hold_by_name()
                await asyncio.sleep(0)

        asyncio.run(main())

    names = [f"loop-{number}" for number in range(4)]
    for _ in range(TRIES):
        with watch(stalls=STALL_SECONDS) as watching:
            threads = [threading.Thread(target=run, args=(name,), name=name) for name in names]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        recording = watching.recording
        seen = {
            (recording.by_thread[stall.hold.thread].name, stack.task)
            for stall in recording.stalls
            for stack in stall.stacks
            if any(frame.function.endswith("hold_by_name") for frame in stack.frames)
        }
        assert seen <= {(name, name) for name in names}
        if seen == {(name, name) for name in names}:
            return
    raise AssertionError("not every loop was seen to hold")


# asyncio is imported when the watch has begun, and by the program: never by gilext.
def test_asyncio_may_come_later_and_names_are_never_those_of_other_tasks(run_child):
    assert run_child("task_storm.py").stdout == "named\n"


def test_stall_is_that_of_the_task_that_ran_for_most_of_it():
    frames = (Frame("a.py", 1, "f"),)
    parts = (("a", 0.2), ("b", 0.15), (None, 0.4), ("b", 0.15))
    stacks = tuple(StackSample(seconds, frames, task=task) for task, seconds in parts)
    whole = Hold(0.0, 0.9, 0)
    stalls = [Stall(whole, stacks), Stall(whole, stacks[2:3])]

    assert [stall.task for stall in stalls] == ["b", None]


def test_watchdog_names_the_task():
    ended = []
    with (
        another_thread(),
        monitor(watchdog=STALL_SECONDS, watchdog_file=None, on_stall=ended.append),
    ):
        for _ in range(TRIES):
            run_task(lambda loop: loop.create_task(hold_in_task(), name="pay-42"))
            if any(stall.task for stall in ended):
                break

    named = next(stall for stall in ended if stall.task)
    assert named.task == "pay-42" and "pay-42" in str(named)
